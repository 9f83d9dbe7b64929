import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BiscuitTin } from '../../cookiejar/biscuit-tin.ts';
import type { JsonObject } from '../../cookiejar/json.ts';
import { type OpenJar, openJar } from '../../cookiejar/open-jar.ts';
import { Ledger } from '../../deliveries/ledger.ts';
import { listRetrievals } from '../../retrieval/retrieval-log.ts';
import { RulebookStore } from '../../rulebook/versions/rulebook-store.ts';
import { type TestJar, startTestJar } from '../support/jar.ts';
import { listed } from '../support/jar-contract.ts';

const PLACE = join(import.meta.dirname, '..', 'fixtures', 'jar-documents');

/** The releases whose documents must be read. */
const VERSIONS = readdirSync(PLACE).map((file) => file.replace('.jsonl', ''));

interface OldDocument {
  readonly id: string;
  readonly body: JsonObject;
}

let server: TestJar;
let open: OpenJar;

beforeAll(async () => {
  server = await startTestJar();
});

afterAll(async () => server.stop());

it('there are documents of the first release', () => {
  expect(VERSIONS).toContain('0.1.0');
});

describe.each(VERSIONS)('documents that version %s wrote', (version) => {
  const documents = readFileSync(join(PLACE, `${version}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as OldDocument);

  beforeEach(async () => {
    open = await openJar({ url: server.url, database: server.newDatabase() });
    const writes = documents.map(async ({ id, body }) =>
      open.documents.update(id, () => ({ result: undefined, write: body })),
    );
    await Promise.all(writes);
  });

  afterEach(async () => open.close());

  it('are whole cookies', async () => {
    const [young, old] = await open.jar.open(['/young', '/old']);
    expect(young?.cookie.enrichments.sources().toSorted()).toEqual(['irods', 'size']);
    expect(young?.cookie.enrichments.mostRecent('size')?.metadata).toEqual({
      size: 1,
      ratio: 0.125,
      big: 1e21,
      text: 'Größe 😀',
      none: null,
    });
    expect(old?.cookie.enrichments.fromSource('size')).toHaveLength(30);
    expect(old?.cookie.enrichments.fromSource('rule_application')).toHaveLength(1);
    expect(old?.pin?.job).toBe('j1');
    expect(old?.settled).toMatchObject({ job: 'j1', failed: 'too many rounds' });
  });

  it('are known knowledge: what comes again is not new, and what was settled stays so', async () => {
    const before = await open.jar.open(['/young', '/old']);
    for (const { cookie, settled, knowledge } of before) {
      const enrichments = [...cookie.enrichments].filter(({ source }) => source !== 'rule_application');
      const [outcome] = await open.jar.enrich([{ identifier: cookie.identifier, enrichments }]);
      expect(outcome).toMatchObject({ stored: [], knowledge });
      expect(outcome?.unsettled).toBe(settled?.knowledge !== knowledge);
    }
    expect(before.map(({ settled, knowledge }) => settled?.knowledge === knowledge)).toEqual([false, true]);
  });

  it('can be written on and deleted', async () => {
    const news = { source: 'size', timestamp: '2026-03-01T00:00:00.000Z', metadata: { size: 99 } };
    const [outcome] = await open.jar.enrich([{ identifier: '/old', enrichments: [news] }]);
    expect(outcome).toMatchObject({ stored: [news], unsettled: true });
    expect(await new BiscuitTin(open.documents).delete('/old')).toBeDefined();
    expect(await listed(open.documents.listIds('page:'))).toEqual([]);
  });

  it('are deliveries in all their states', async () => {
    const ledger = new Ledger(open.documents);
    const states = (await listed(ledger.all())).map(({ state, notification }) => [notification.id, state] as const);
    expect(Object.fromEntries(states)).toEqual({ n1: 'waiting', n2: 'delivered', n3: 'dead' });
    const [dead] = await ledger.dead(undefined, 10);
    expect(dead).toMatchObject({ lastError: 'connection refused', burials: 1 });
    expect((await ledger.revive(dead?.id ?? '')).state).toBe('waiting');
    expect(await ledger.dead(undefined, 10)).toEqual([]);
  });

  it('are rulebooks that jobs which began with them go on with', async () => {
    const store = new RulebookStore(open.documents);
    const current = await store.current();
    expect(await store.load(current?.hash ?? '')).toMatchObject({ definitions: [{ id: 'seen', priority: 10 }] });
    expect(await store.publishedBy('host')).toMatchObject({ folder: '/srv/rules', hash: current?.hash });
    expect((await store.problems())?.problems).toHaveLength(1);
  });

  it('are retrievals, the next of which begins where the last ended', async () => {
    expect(await listRetrievals(open.documents)).toMatchObject([
      { worker: 'IrodsRetrieval', count: 31, failure: null },
    ]);
  });

  it('are all read by something', () => {
    const kinds = new Set(documents.map(({ id }) => id.slice(0, id.indexOf(':'))));
    expect([...kinds].toSorted()).toEqual(
      expect.arrayContaining(['cookie', 'dead-letter', 'delivery', 'page', 'retrieval', 'rulebook']),
    );
  });
});
