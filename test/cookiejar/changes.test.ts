import { openJar, type OpenJar } from '../../cookiejar/open-jar.ts';
import { type TestJar, startTestJar } from '../support/jar.ts';
import { changesSince, size } from '../support/jar-contract.ts';
import { type Fault, type FaultyProxy, startFaultyProxy } from '../support/jar-faults.ts';

let server: TestJar;
let proxy: FaultyProxy;
const opened: OpenJar[] = [];

beforeAll(async () => {
  server = await startTestJar();
  proxy = await startFaultyProxy(server.url);
});

afterEach(async () => {
  proxy.decide(() => 'pass');
  await Promise.all(opened.splice(0).map(async ({ close }) => close()));
});

afterAll(async () => {
  await proxy.stop();
  await server.stop();
});

async function open(database = server.newDatabase(), url = server.url): Promise<OpenJar> {
  const jar = await openJar({ url, database, batchMs: 1 });
  opened.push(jar);
  return jar;
}

async function destroy(database: string): Promise<void> {
  const url = new URL(server.url);
  const { username, password } = url;
  const headers = {
    Authorization: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`,
  };
  url.username = url.password = '';
  await fetch(new URL(`/${database}`, url), { method: 'DELETE', ...(username !== '' && { headers }) });
}

async function add({ jar }: OpenJar, ...identifiers: string[]): Promise<void> {
  await jar.enrich(identifiers.map((identifier) => ({ identifier, enrichments: [size(1)] })));
}

describe('changes of a jar', () => {
  it('begin anew for a position of a database that was made again under the same name, though it has come further', async () => {
    const database = server.newDatabase();
    const before = await open(database);
    await add(before, '/a', '/b');
    const { position } = await changesSince(before.jar);
    await destroy(database);
    const after = await open(database);
    await add(after, '/c', '/d', '/e', '/f');
    const { deleted, anew } = await changesSince(after.jar, position);
    expect([...deleted.keys()].toSorted()).toEqual(['/c', '/d', '/e', '/f']);
    expect(anew).toBe(true);
  });

  it.each(['', 'nonsense', '17', '99999999'])('begin anew for the position %j', async (position) => {
    const jar = await open();
    await add(jar, '/a');
    const { deleted, anew } = await changesSince(jar.jar, position);
    expect([...deleted.keys()]).toEqual(['/a']);
    expect(anew).toBe(true);
  });

  it('begin anew where the database was put back to an older state, or cannot read its own position', async () => {
    const jar = await open();
    await add(jar, '/a');
    const { position } = await changesSince(jar.jar);
    const identity = position.slice(0, position.indexOf(':'));
    for (const sequence of ['99999999', 'x']) {
      const { deleted, anew } = await changesSince(jar.jar, `${identity}:${sequence}`);
      expect([...deleted.keys()]).toEqual(['/a']);
      expect(anew).toBe(true);
    }
  });

  it('show page by page how far they have come where only other documents changed', async () => {
    const jar = await open();
    await add(jar, '/a');
    const { position } = await changesSince(jar.jar);
    const others = Array.from({ length: 2500 }, (_, n) => `other:${n}`);
    await Promise.all(
      others.map(async (id) => jar.documents.update(id, () => ({ result: undefined, write: { n: 1 } }))),
    );
    const positions: string[] = [];
    for await (const page of jar.jar.changes(position)) {
      expect(page.changes).toEqual([]);
      positions.push(page.position);
    }
    expect(positions.length).toBeGreaterThanOrEqual(3);
    await add(jar, '/b');
    for (const since of positions) expect([...(await changesSince(jar.jar, since)).deleted.keys()]).toEqual(['/b']);
  });

  it('are the same for all who have the database open', async () => {
    const database = server.newDatabase();
    const [one, other] = [await open(database), await open(database)];
    const [first, second] = await Promise.all([changesSince(one.jar), changesSince(other.jar)]);
    await add(one, '/a');
    expect([...(await changesSince(one.jar, second.position)).deleted.keys()]).toEqual(['/a']);
    expect([...(await changesSince(other.jar, first.position)).deleted.keys()]).toEqual(['/a']);
  });

  it('come to an end though others write as fast as they are read', async () => {
    const jar = await open();
    await add(jar, ...Array.from({ length: 1500 }, (_, n) => `/${n}`));
    let pages = 0;
    for await (const { changes } of jar.jar.changes()) {
      pages += 1;
      await add(jar, ...Array.from({ length: 1200 }, (_, n) => `/${pages}/${n}`));
      expect(changes.length).toBeGreaterThan(0);
      expect(pages).toBeLessThan(5);
    }
    expect(pages).toBe(2);
  });

  it('are told to the end through an outage', async () => {
    const jar = await open(server.newDatabase(), proxy.url);
    const identifiers = Array.from({ length: 2500 }, (_, n) => `/${n}`);
    await add(jar, ...identifiers);
    let asked = 0;
    proxy.decide(({ path }) => {
      const faults: readonly Fault[] = /_changes|_local/.test(path)
        ? [503, 'pass', 'cut-answer', 'pass', 'lose-answer', 'pass']
        : [];
      return faults[asked++ % 6] ?? 'pass';
    });
    const { deleted } = await changesSince(jar.jar);
    expect([...deleted.keys()].toSorted()).toEqual(identifiers.toSorted());
  });
});
