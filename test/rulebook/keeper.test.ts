import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RulesFolderMissingError } from '../../rulebook/errors.ts';
import { checkRules } from '../../rulebook/keeping/check-rules.ts';
import { type KeeperOptions, RulebookKeeper } from '../../rulebook/keeping/rulebook-keeper.ts';
import { RulebookStore } from '../../rulebook/versions/rulebook-store.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';
import { eventually, removeDocument } from '../support/rules-evaluation.ts';
import { type LogLine, type RulesFolder, logBook, ruleSource, rulesFolder } from '../support/rules-folder.ts';

interface Keeping extends AsyncDisposable {
  readonly folder: RulesFolder;
  readonly keeper: RulebookKeeper;
  readonly store: RulebookStore;
  readonly log: readonly LogLine[];
  /** Waits until exactly these rules are in force, in the jar too. */
  inForce(...ids: string[]): Promise<void>;
  /** Waits until a problem is reported, in the jar too. */
  problem(words: string): Promise<void>;
}

async function keeping(
  files: Record<string, string>,
  options: Partial<KeeperOptions> = {},
  documents = new MemoryDocuments(),
): Promise<Keeping> {
  const folder = await rulesFolder(files);
  const store = new RulebookStore(documents);
  const logger = logBook();
  const keeper = new RulebookKeeper({
    store,
    rulesFolder: folder.rules,
    cacheFolder: folder.cache,
    logger,
    quietMs: 50,
    ...options,
  });
  await keeper.start();
  return {
    folder,
    keeper,
    store,
    log: logger.lines,
    inForce: async (...ids) => {
      await eventually(async () => {
        const current = await store.current();
        const definitions = current === undefined ? [] : ((await store.definitions(current.hash)) ?? []);
        return definitions.map(({ id }) => id).join() === ids.join();
      }, `${ids.join()} in force`);
    },
    problem: async (words) => {
      await eventually(
        async () => (await store.problems())?.problems.some(({ reason }) => reason.includes(words)) ?? false,
        `the problem '${words}'`,
      );
    },
    [Symbol.asyncDispose]: async () => {
      await keeper.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** No poll helps: the watch alone must see the change. */
const WATCH_ONLY = { pollMs: 3_600_000 };

describe('a rules folder', () => {
  it('is in force from the start, and an empty one is an empty rulebook', async () => {
    await using it = await keeping({ 'a.rule.ts': ruleSource('a') });
    await it.inForce('a');
    expect(it.keeper.status()).toMatchObject({ current: expect.stringMatching(/^[0-9a-f]{64}$/), problems: [] });
    await using empty = await keeping({});
    expect(empty.keeper.status()).toMatchObject({ current: expect.any(String), definitions: [], problems: [] });
  }, 60_000);

  it('takes effect when a file is saved, added, renamed, replaced in one step or deleted', async () => {
    await using it = await keeping({ 'a.rule.ts': ruleSource('a') }, WATCH_ONLY);
    const { rules } = it.folder;
    await it.folder.write('a.rule.ts', ruleSource('a2'));
    await it.inForce('a2');
    await it.folder.write('sub/b.rule.ts', ruleSource('b'));
    await it.inForce('a2', 'b');
    await rename(join(rules, 'sub', 'b.rule.ts'), join(rules, '0.rule.ts'));
    await it.inForce('b', 'a2');
    await writeFile(join(rules, 'a.rule.ts.tmp'), ruleSource('a3'));
    await rename(join(rules, 'a.rule.ts.tmp'), join(rules, 'a.rule.ts'));
    await it.inForce('b', 'a3');
    await rm(join(rules, '0.rule.ts'));
    await it.inForce('a3');
    await mkdir(join(it.folder.base, 'new'));
    await writeFile(join(it.folder.base, 'new', 'c.rule.ts'), ruleSource('c'));
    await rename(join(it.folder.base, 'new'), join(rules, 'whole-folder'));
    await it.inForce('a3', 'c');
  }, 60_000);

  it('takes effect when a helper changes, also outside the folder, also one that was missing', async () => {
    const files = {
      'a.rule.ts': `import { id } from './id.ts';\n${ruleSource('X').replace('"X", ', 'id,')}`,
      'id.ts': `export const id = 'one';`,
    };
    await using it = await keeping(files, WATCH_ONLY);
    await it.folder.write('id.ts', `export const id = 'two';`);
    await it.inForce('two');
    await it.folder.write('id.ts', `export { id } from '../lib/id.ts';`);
    await it.problem('Could not resolve "../lib/id.ts"');
    await it.inForce('two');
    await it.folder.write('../lib/id.ts', `export const id = 'three';`);
    await it.inForce('three');
    await it.folder.write('../lib/id.ts', `export const id = 'four';`);
    await it.inForce('four');
    await writeFile(join(it.folder.base, 'lib', 'id.tmp'), `export const id = 'five';`);
    await rename(join(it.folder.base, 'lib', 'id.tmp'), join(it.folder.base, 'lib', 'id.ts'));
    await it.inForce('five');
  }, 60_000);

  it('does not take effect while it is broken: the last good version stays, the problem is reported and then cleared', async () => {
    await using it = await keeping({ 'a.rule.ts': ruleSource('a') });
    const { current } = it.keeper.status();
    await it.folder.write('a.rule.ts', 'const x = ;');
    await it.problem('Unexpected ";"');
    expect(it.keeper.status()).toMatchObject({ current, problems: [{ file: 'a.rule.ts', line: 1, column: 11 }] });
    expect(it.log).toContainEqual(
      expect.objectContaining({ level: 'error', details: expect.objectContaining({ file: 'a.rule.ts', line: 1 }) }),
    );
    await it.inForce('a');
    await it.folder.write('a.rule.ts', ruleSource('a'));
    await eventually(async () => (await it.store.problems())?.problems.length === 0, 'no more problems');
    expect(it.keeper.status()).toMatchObject({ current, problems: [] });
  }, 60_000);

  it.each([
    [
      'a duplicate id',
      ruleSource('a'),
      `there is already a rule with the id 'a' in a.rule.ts`,
      { file: 'b.rule.ts', line: 2 },
    ],
    [
      'a bad definition',
      `\n${ruleSource('b', 'true', 'priority: "x",')}`,
      `has "x" as 'priority'`,
      { file: 'b.rule.ts', line: 3 },
    ],
    ['a top level that throws', `\nnull.x;`, 'TypeError', { file: 'b.rule.ts', line: 2 }],
    ['a top level that hangs', `for (;;);`, 'its top level ran longer than 1 s and was stopped', { file: 'b.rule.ts' }],
    [
      'a top level that never settles',
      `await new Promise(() => {});`,
      'its top level ran longer than 1 s',
      { file: 'b.rule.ts' },
    ],
    [
      'a top level that ends its thread',
      `process.reallyExit(1);`,
      'its top level ended the thread',
      { file: 'b.rule.ts' },
    ],
    ['a file saved empty', '', 'exports no rule, loader or receiver', { file: 'b.rule.ts' }],
  ])(
    'does not take effect with %s',
    async (_, text, words, place) => {
      await using it = await keeping({ 'a.rule.ts': ruleSource('a') }, { loadTimeoutMs: 1000 });
      await it.folder.write('b.rule.ts', text);
      await it.problem(words);
      expect(it.keeper.status().problems).toEqual([expect.objectContaining(place)]);
      await it.inForce('a');
    },
    60_000,
  );

  it.each([
    ['a link to nothing', async (path: string) => symlink('nowhere', path), 'is a link to what is not there'],
    ['a pipe', async (path: string) => execFileSync('mkfifo', [path]), 'is no regular file'],
  ])(
    'does not take effect while one of its files is %s: no rule is lost',
    async (_, make, words) => {
      await using it = await keeping({ 'a.rule.ts': ruleSource('a'), 'b.rule.ts': ruleSource('b') }, { pollMs: 200 });
      const path = join(it.folder.rules, 'b.rule.ts');
      await make(`${path}.new`);
      await rename(`${path}.new`, path);
      await it.problem(words);
      expect(it.keeper.status().problems).toMatchObject([{ file: 'b.rule.ts' }]);
      await it.inForce('a', 'b');
      await rm(path);
      await it.inForce('a');
    },
    60_000,
  );

  it('takes effect when the target of a link comes', async () => {
    await using it = await keeping({ 'a.rule.ts': ruleSource('a') }, { pollMs: 200 });
    await symlink('../later.ts', join(it.folder.rules, 'b.rule.ts'));
    await it.problem('is a link to what is not there');
    await it.folder.write('../later.ts', ruleSource('b'));
    await it.inForce('a', 'b');
  }, 60_000);

  it('keeps what the jar has in force if it is broken at the start', async () => {
    const documents = new MemoryDocuments();
    await using before = await keeping({ 'a.rule.ts': ruleSource('a') }, {}, documents);
    await before.inForce('a');
    await using it = await keeping({ 'b.rule.ts': 'broken(' }, {}, documents);
    expect(it.keeper.status()).toMatchObject({
      current: before.keeper.status().current,
      definitions: [{ id: 'a' }],
      problems: [{ file: 'b.rule.ts', line: 1 }],
    });
  }, 60_000);

  it('clears problems of an earlier run that were mended meanwhile', async () => {
    const documents = new MemoryDocuments();
    await new RulebookStore(documents).reportProblems([{ reason: 'old' }], '2026-01-01T00:00:00.000Z');
    await using it = await keeping({ 'a.rule.ts': ruleSource('a') }, {}, documents);
    expect((await it.store.problems())?.problems).toEqual([]);
  }, 60_000);

  it('is published again if the jar lost part of its version', async () => {
    const documents = new MemoryDocuments();
    const files = { 'a.rule.ts': ruleSource('a') };
    await using before = await keeping(files, {}, documents);
    const { current = '' } = before.keeper.status();
    await removeDocument(documents, `rulebook:${current}:0000`);
    await using it = await keeping(files, {}, documents);
    expect((await it.store.load(current)).hash).toBe(current);
  }, 60_000);

  it('is not brought back by a mere restart on one machine when another has replaced it', async () => {
    const documents = new MemoryDocuments();
    await using old = await keeping({ 'a.rule.ts': ruleSource('old') }, { host: 'one' }, documents);
    await old.inForce('old');
    await using replaced = await keeping({ 'a.rule.ts': ruleSource('new') }, { host: 'two' }, documents);
    await replaced.inForce('new');

    const restarted = new RulebookKeeper({
      store: old.store,
      rulesFolder: old.folder.rules,
      cacheFolder: old.folder.cache,
      logger: logBook(),
      host: 'one',
    });
    await restarted.start();
    await restarted.stop();
    await replaced.inForce('new');

    await old.folder.write('a.rule.ts', ruleSource('newest'));
    await old.inForce('newest');
  });

  it('must be there', async () => {
    await using folder = await rulesFolder();
    const store = new RulebookStore(new MemoryDocuments());
    const options = { store, rulesFolder: join(folder.base, 'none'), cacheFolder: folder.cache, logger: logBook() };
    await expect(new RulebookKeeper(options).start()).rejects.toThrow(RulesFolderMissingError);
  }, 60_000);

  it('keeps the last good version if it goes away, and takes effect when it is back', async () => {
    await using it = await keeping({ 'a.rule.ts': ruleSource('a') }, { pollMs: 200 });
    await rename(it.folder.rules, `${it.folder.rules}-away`);
    await it.problem('does not exist');
    await it.inForce('a');
    await writeFile(join(`${it.folder.rules}-away`, 'a.rule.ts'), ruleSource('back'));
    await rename(`${it.folder.rules}-away`, it.folder.rules);
    await it.inForce('back');
  }, 60_000);

  it('is polled for changes that no watch tells of', async () => {
    await using it = await keeping({ 'a.rule.ts': ruleSource('a') }, { pollMs: 100, quietMs: 3_600_000 });
    await it.folder.write('a.rule.ts', ruleSource('b'));
    await utimes(join(it.folder.rules, 'a.rule.ts'), new Date(0), new Date(0));
    await it.inForce('b');
  }, 60_000);

  it('ends with its last state after many quick changes', async () => {
    await using it = await keeping({ 'a.rule.ts': ruleSource('v') }, WATCH_ONLY);
    for (let n = 0; n < 30; n++) await it.folder.write('a.rule.ts', n % 3 === 0 ? 'broken(' : ruleSource(`v${n}`));
    await it.inForce('v29');
  }, 60_000);
});

describe('checking a folder', () => {
  it('tells its definitions and hash, needing no jar', async () => {
    await using folder = await rulesFolder({
      'b.rule.ts': ruleSource('b'),
      'a.rule.ts': ruleSource('a', 'true', 'priority: 7,'),
    });
    expect(await checkRules(folder.rules)).toEqual({
      hash: expect.any(String),
      definitions: [
        { kind: 'rule', id: 'a', priority: 7, file: 'a.rule.ts' },
        { kind: 'rule', id: 'b', priority: Number.MAX_SAFE_INTEGER, file: 'b.rule.ts' },
      ],
      problems: [],
    });
  }, 60_000);

  it('tells of all files whose top level throws, and of duplicates behind them', async () => {
    await using folder = await rulesFolder({
      'a.rule.ts': 'throw new Error("a");',
      'b.rule.ts': ruleSource('same'),
      'c.rule.ts': 'throw new Error("c");',
      'd.rule.ts': ruleSource('same'),
    });
    const { hash, problems } = await checkRules(folder.rules);
    expect(hash).toBeUndefined();
    expect(problems.map(({ file, line, reason }) => [file, line, reason.slice(0, 8)])).toEqual([
      ['a.rule.ts', 1, 'Error: a'],
      ['c.rule.ts', 1, 'Error: c'],
      ['d.rule.ts', 2, 'there is'],
    ]);
  }, 60_000);

  it('tells of a missing folder', async () => {
    await using folder = await rulesFolder();
    expect((await checkRules(join(folder.base, 'none'))).problems).toEqual([
      { reason: expect.stringContaining('does not exist') },
    ]);
  }, 60_000);
});
