import { mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Cookie } from '../../cookiejar/cookie.ts';
import { createEvaluator } from '../../rulebook/create-evaluator.ts';
import type { Evaluator, Judgement } from '../../rulebook/evaluator.ts';
import { surveyFolder } from '../../rulebook/keeping/survey-folder.ts';
import { PACKAGE_ROOT } from '../../bundling/package-root.ts';
import { RulebookStore } from '../../rulebook/versions/rulebook-store.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';
import { AT } from '../support/rules-evaluation.ts';
import { type LogLine, logBook } from '../support/rules-folder.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

async function cookieOf(path: string): Promise<Cookie> {
  const { size, mtime } = await stat(path);
  return new Cookie(path, [
    { source: 'folder_update', timestamp: AT, metadata: { size, modified: mtime.toISOString() } },
  ]);
}

const rules = ({ applied }: Judgement): string[] => applied.map(({ rule }) => rule);

const numbered = (n: number) => ({
  id: `n${n}`,
  about: 'x',
  data: { text: 'é'.repeat(5000) },
  sender: 's',
  identifier: '/a',
  at: AT,
});

function idOf(line: string): string {
  const { id }: { id: string } = JSON.parse(line);
  return id;
}

describe('the shipped rules', () => {
  let base: string;
  let rulebook: string;
  let evaluator: Evaluator;
  let log: readonly LogLine[];

  beforeAll(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), 'cookie-monster-shipped-')));
    const logger = logBook();
    log = logger.lines;
    const [rulesFolder, cacheFolder] = [join(PACKAGE_ROOT, 'rules'), join(base, 'cache')];
    const store = new RulebookStore(new MemoryDocuments());
    const { bundle, definitions, problems } = await surveyFolder({ rulesFolder, cacheFolder, logger });
    expect(problems).toEqual([]);
    if (bundle === undefined) throw new Error('no bundle');
    await store.publish(bundle, definitions, AT);
    rulebook = bundle.hash;
    const services = { jar: { fetch: async () => Promise.resolve(undefined) } };
    evaluator = createEvaluator({ store, rulesFolder, cacheFolder, home: join(base, 'home'), logger, services });
  }, 60_000);

  afterAll(async () => {
    await evaluator.close();
    await rm(base, { recursive: true, force: true });
  }, 60_000);

  const judge = async (cookie: Cookie): Promise<Judgement> =>
    evaluator.judge({ rulebook, cookie, job: 'job', at: AT, passedOver: [] });

  async function fileCookie(name: string, content: string | Uint8Array): Promise<Cookie> {
    const path = join(base, 'files', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return cookieOf(path);
  }

  /** Judges and loads in turns, as a job does. */
  async function process(cookie: Cookie): Promise<{ cookie: Cookie; last: Judgement; rounds: number }> {
    for (let rounds = 0; ; rounds++) {
      const last = await judge(cookie);
      expect(last.problems).toEqual([]);
      if (last.nextLoader === undefined || rounds > 10) return { cookie, last, rounds };
      const timestamp = new Date(Date.parse('2026-02-01') + cookie.enrichments.length * 1000).toISOString();
      const enrichment = await evaluator.load({ rulebook, loader: last.nextLoader, cookie, timestamp });
      cookie = new Cookie(cookie.identifier, [...cookie.enrichments, enrichment]);
    }
  }

  it('let a file that has become empty be digested once more', async () => {
    const { identifier, enrichments } = await fileCookie('emptied.txt', '');
    const digested = (size: number) => ({ source: 'digests', timestamp: AT, metadata: { ssdeep: '3:abc:abc', size } });
    const judged = async (size: number): Promise<string[]> =>
      rules(await judge(new Cookie(identifier, [...enrichments, digested(size)])));
    expect(await judged(12)).not.toContain('leftovers');
    expect(await judged(0)).toEqual(['leftovers']);
  }, 60_000);

  it('stop at once for leftovers and empty files', async () => {
    for (const [name, content] of [
      ['.git/config', 'x'],
      ['node_modules/p/i.js', 'x'],
      ['a.txt~', 'x'],
      ['empty.txt', ''],
    ] as const)
      expect(await judge(await fileCookie(name, content))).toMatchObject({
        applied: [{ rule: 'leftovers', terminate: true }],
        stopped: true,
      });
  }, 60_000);

  it('report files that may hold secrets', async () => {
    for (const name of ['id_rsa', 'server.pem', '.env', '.env.production'])
      expect(rules(await judge(await fileCookie(name, 'x')))).toContain('possible-secret');
    expect(rules(await judge(await fileCookie('.env.example', 'x')))).not.toContain('possible-secret');
  }, 60_000);

  it('report large files', async () => {
    const { notifications } = await judge(await fileCookie('big.bin', Buffer.alloc(300_000)));
    expect(notifications[0]?.notification).toMatchObject({ about: 'large_file', data: { size: 300_000 } });
    expect(notifications[0]?.receivers).toEqual(['console', 'json-lines']);
  }, 60_000);

  it('learn media type, statistics and digests of a text, then have nothing more to learn', async () => {
    const { cookie, last, rounds } = await process(await fileCookie('words.md', '# Tïtle 🍪\n\nthree more words'));
    expect(rounds).toBe(3);
    expect(cookie.enrichments.mostRecent('media_type')?.metadata).toMatchObject({ media_type: 'text/plain' });
    expect(cookie.enrichments.mostRecent('text_statistics')?.metadata).toMatchObject({
      lines: 3,
      words: 6,
      characters: 27,
      complete: true,
    });
    expect(cookie.enrichments.mostRecent('digests')?.metadata).toMatchObject({ size: 31, media_type: 'text/plain' });
    expect(last.notifications.map(({ notification, receivers }) => [notification.about, receivers])).toEqual([
      ['nothing_more_to_learn', []],
    ]);
  }, 60_000);

  it('report files that are not what their name says, by what a loader brought', async () => {
    expect(rules((await process(await fileCookie('picture.txt', PNG))).last)).toEqual(['disguised-file']);
    const honest = await process(await fileCookie('picture.png', PNG));
    expect(rules(honest.last)).toEqual([]);
    expect(honest.cookie.enrichments.mostRecent('media_type')?.metadata).toMatchObject({ media_type: 'image/png' });
  }, 60_000);

  it('report long texts', async () => {
    const { last } = await process(await fileCookie('long.txt', 'line\n'.repeat(1001)));
    expect(last.notifications[0]?.notification).toMatchObject({ about: 'long_text', data: { lines: 1001 } });
  }, 60_000);

  it('read a file again after it has changed, once', async () => {
    const { cookie } = await process(await fileCookie('changing.txt', 'one'));
    await writeFile(cookie.identifier, PNG);
    const update = (await cookieOf(cookie.identifier)).enrichments.mostRecent('folder_update');
    const { cookie: after, rounds } = await process(
      new Cookie(cookie.identifier, [
        ...cookie.enrichments,
        ...(update ? [{ ...update, timestamp: '2026-01-06T00:00:00.000Z' }] : []),
      ]),
    );
    expect(rounds).toBe(2);
    expect(after.enrichments.fromSource('media_type')).toHaveLength(2);
    expect(after.enrichments.fromSource('digests')).toHaveLength(2);
  }, 60_000);

  it('say once that a file cannot be read', async () => {
    const cookie = await fileCookie('gone.txt', 'x');
    await rm(cookie.identifier);
    const { cookie: after, rounds } = await process(cookie);
    expect(rounds).toBe(2);
    expect(after.enrichments.mostRecent('media_type')?.metadata['unreadable']).toContain('ENOENT');
  }, 60_000);

  it('leave alone cookies that are no files', async () => {
    expect((await judge(new Cookie('/zone/object'))).nextLoader).toBeUndefined();
  }, 60_000);

  it('append notifications to a file of lines, whole under many hands, and show them in the log', async () => {
    const all = Array.from({ length: 40 }, (_, n) => numbered(n));
    await Promise.all(
      all.map(async (one) => evaluator.receive({ rulebook, receiver: 'json-lines', notification: one })),
    );
    const text = await readFile(join(base, 'home', 'notifications.jsonl'), 'utf8');
    const ids = text
      .trim()
      .split('\n')
      .map((line) => idOf(line));
    expect(ids.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
    await evaluator.receive({ rulebook, receiver: 'console', notification: numbered(1) });
    expect(log.some(({ message }) => message === 'x: /a')).toBe(true);
  }, 60_000);
});
