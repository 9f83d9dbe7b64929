import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, writeFileSync } from 'node:fs';
import { mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../bundling/package-root.ts';
import { Cookie } from '../../cookiejar/cookie.ts';
import type { Enrichment } from '../../cookiejar/enrichment.ts';
import type { JsonObject } from '../../cookiejar/json.ts';
import { createEvaluator } from '../../rulebook/create-evaluator.ts';
import type { Evaluator } from '../../rulebook/evaluator.ts';
import { surveyFolder } from '../../rulebook/keeping/survey-folder.ts';
import { RulebookStore } from '../../rulebook/versions/rulebook-store.ts';
import { ssdeepDigest } from '../../similarity/index.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';
import { AT } from '../support/rules-evaluation.ts';
import { logBook } from '../support/rules-folder.ts';

let base: string;
let rulebook: string;
let evaluator: Evaluator;

beforeAll(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'cookie-monster-digests-')));
  const logger = logBook();
  const [rulesFolder, cacheFolder] = [join(PACKAGE_ROOT, 'rules'), join(base, 'cache')];
  const store = new RulebookStore(new MemoryDocuments());
  const { bundle, definitions, problems } = await surveyFolder({ rulesFolder, cacheFolder, logger });
  expect(problems).toEqual([]);
  if (bundle === undefined) throw new Error('no bundle');
  await store.publish(bundle, definitions, AT);
  rulebook = bundle.hash;
  const services = { jar: { fetch: async () => Promise.resolve(undefined) } };
  const home = join(base, 'home');
  const config = { digest_attributes: { md5: 'file_md5' } };
  const limits = { loaderTimeoutMs: 1000 };
  evaluator = createEvaluator({ store, rulesFolder, cacheFolder, home, logger, services, config, limits });
}, 60_000);

afterAll(async () => {
  await evaluator.close();
  await rm(base, { recursive: true, force: true });
}, 60_000);

async function fileCookie(path: string): Promise<Cookie> {
  const { size, mtime } = await stat(path);
  const metadata = { size, modified: mtime.toISOString() };
  return new Cookie(path, [{ source: 'folder_update', timestamp: AT, metadata }]);
}

/** Judges and loads in turns, as a job does, until there is nothing more to load. */
async function process(cookie: Cookie): Promise<Cookie> {
  for (let rounds = 1; rounds < 10; rounds++) {
    const judged = await evaluator.judge({ rulebook, cookie, job: 'job', at: AT, passedOver: [] });
    expect(judged.problems).toEqual([]);
    if (judged.nextLoader === undefined) return cookie;
    const timestamp = new Date(Date.parse('2026-02-01') + cookie.enrichments.length * 1000).toISOString();
    const loaded = await evaluator.load({ rulebook, loader: judged.nextLoader, cookie, timestamp });
    cookie = new Cookie(cookie.identifier, [...cookie.enrichments, loaded]);
  }
  throw new Error('there is always something more to load');
}

async function digestsOf(cookie: Cookie): Promise<JsonObject | undefined> {
  return (await process(cookie)).enrichments.mostRecent('digests')?.metadata;
}

describe('the digests loader', () => {
  it.each([
    ['short.txt', Buffer.from('some words in a file'), 'text/plain'],
    ['of many chunks.bin', Buffer.concat([Buffer.from([0]), randomBytes(3_000_000)]), 'application/octet-stream'],
  ])(
    'tells digests, size and media type of %s',
    async (name, content, mediaType) => {
      const path = join(base, name);
      writeFileSync(path, content);
      expect(await digestsOf(await fileCookie(path))).toEqual({
        ssdeep: await ssdeepDigest(content),
        sha256: createHash('sha256').update(content).digest('hex'),
        size: content.length,
        media_type: mediaType,
        of: expect.any(String),
      });
    },
    60_000,
  );

  it('reads a file again when it has changed, and only then', async () => {
    const path = join(base, 'changing');
    writeFileSync(path, 'one');
    const cookie = await process(await fileCookie(path));
    expect(await process(cookie)).toEqual(cookie);
    writeFileSync(path, 'another');
    const [update] = (await fileCookie(path)).enrichments;
    const later = { ...(update as Enrichment), timestamp: '2026-03-01T00:00:00.000Z' };
    const after = await process(new Cookie(path, [...cookie.enrichments, later]));
    const sizes = after.enrichments.fromSource('digests').map(({ metadata }) => metadata['size']);
    expect(sizes).toEqual([3, 7]);
  }, 60_000);

  it('says once of files that are gone or may not be read that they cannot be', async () => {
    const gone = await fileCookie(base);
    const cookie = new Cookie(join(base, 'gone'), gone.enrichments);
    const after = await process(cookie);
    expect(after.enrichments.fromSource('digests')).toMatchObject([
      { metadata: { unreadable: expect.stringContaining('ENOENT'), ssdeep: null } },
    ]);
    if (globalThis.process.getuid?.() === 0) return;
    const secret = join(base, 'secret');
    writeFileSync(secret, 'x');
    const known = await fileCookie(secret);
    chmodSync(secret, 0);
    expect(await digestsOf(known)).toMatchObject({ unreadable: expect.stringContaining('EACCES') });
  }, 60_000);

  it.each(['pipe', 'folder', 'device'])(
    'does not wait where a %s lies now',
    async (kind) => {
      const path = kind === 'device' ? '/dev/zero' : join(base, `now a ${kind}`);
      if (kind === 'pipe') execFileSync('mkfifo', [path]);
      if (kind === 'folder') execFileSync('mkdir', [path]);
      const after = await process(
        new Cookie(path, [{ source: 'folder_update', timestamp: AT, metadata: { size: 5 } }]),
      );
      for (const source of ['media_type', 'digests'])
        expect(after.enrichments.mostRecent(source)?.metadata).toMatchObject({
          unreadable: expect.stringContaining('not a regular file'),
        });
    },
    60_000,
  );

  it('says so of a file that is written to all the while it is read', async () => {
    const path = join(base, 'growing');
    writeFileSync(path, randomBytes(2_000_000));
    const cookie = await fileCookie(path);
    const writing = setInterval(() => appendFileSync(path, 'more'), 2);
    try {
      const timestamp = '2026-02-01T00:00:00.000Z';
      const loaded = await evaluator.load({ rulebook, loader: 'digests', cookie, timestamp });
      expect(loaded.metadata).toMatchObject({ unreadable: expect.stringContaining('changed while it was read') });
    } finally {
      clearInterval(writing);
    }
  }, 60_000);

  it('is given time for large files as long as it gets on', async () => {
    const path = join(base, 'large');
    writeFileSync(path, randomBytes(100_000_000));
    const cookie = await fileCookie(path);
    const loaded = await evaluator.load({ rulebook, loader: 'digests', cookie, timestamp: '2026-02-01T00:00:00.000Z' });
    expect(loaded.metadata).toMatchObject({ size: 100_000_000, ssdeep: expect.any(String) });
  }, 120_000);
});

describe('the digests of iRODS objects', () => {
  const SSDEEP = '3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C';
  const MD5 = '2ebec02316ddc3ee64a67c89b5e3140c';
  const SHA256 = createHash('sha256').update('x').digest();
  const change = (second: number, metadata: JsonObject): Enrichment => ({
    source: 'irods_update',
    timestamp: `2026-01-01T00:00:0${second}.000Z`,
    metadata: { data_id: '7', modified_metadata: {}, modified_replicas: [], ...metadata },
  });
  const listing = (updates: number, metadata: JsonObject): Enrichment => ({
    source: 'irods',
    timestamp: '2026-01-02T00:00:00.000Z',
    metadata: { ...metadata, after_updates: updates },
  });
  const avus = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([attribute, value]) => ({ attribute, value }));

  it('come from the attributes of the listing, under the names that are configured', async () => {
    const listed = { avus: avus({ ssdeep: SSDEEP, file_md5: MD5, sha256: 'none' }), size: 12, checksum: null };
    expect(await digestsOf(new Cookie('/seq/a', [change(1, {}), listing(1, listed)]))).toEqual({
      ssdeep: SSDEEP,
      md5: MD5,
      size: 12,
      from: 'irods',
    });
  }, 60_000);

  it.each([
    ['an MD5', MD5, { md5: MD5 }],
    ['a SHA-256', `sha2:${SHA256.toString('base64')}`, { sha256: SHA256.toString('hex') }],
  ])(
    "come from iRODS's own checksum, where that is %s",
    async (_, checksum, digests) => {
      const cookie = new Cookie('/seq/a', [change(1, {}), listing(1, { avus: [], size: 12, checksum })]);
      expect(await digestsOf(cookie)).toEqual({ ...digests, size: 12, from: 'irods' });
    },
    60_000,
  );

  it('come from what was heard of the object as long as it is not listed, and change with it', async () => {
    const replica = { number: 0, checksum: MD5, up_to_date: true };
    const cookie = new Cookie('/seq/a', [
      change(1, { modified_metadata: { ssdeep: ['3:abc:def'] }, modified_replicas: [replica] }),
    ]);
    const once = await process(cookie);
    const added = change(2, { modified_metadata: { ssdeep: [SSDEEP] } });
    const twice = await process(new Cookie('/seq/a', [...once.enrichments, added]));
    const gone = await process(new Cookie('/seq/a', [...twice.enrichments, change(3, { deleted: true, swept: AT })]));
    expect(gone.enrichments.fromSource('digests').map(({ metadata }) => metadata)).toEqual([
      { ssdeep: '3:abc:def', md5: MD5, from: 'irods' },
      { ssdeep: SSDEEP, md5: MD5, from: 'irods' },
      // Said in so many words: what an earlier one told would count on.
      { ssdeep: null, from: 'irods' },
    ]);
    expect(await process(gone)).toEqual(gone);
  }, 60_000);

  it('are not told where there are none', async () => {
    expect(await digestsOf(new Cookie('/seq/a', [change(1, {}), listing(1, { avus: [], size: 12 })]))).toBeUndefined();
    expect(await digestsOf(new Cookie('/seq/a'))).toBeUndefined();
  }, 60_000);
});
