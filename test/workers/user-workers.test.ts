import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { checkWorkers } from '../../periodic/user-workers/check-workers.ts';
import { UserWorkers } from '../../periodic/user-workers/user-workers.ts';
import { rulesFolder, type RulesFolder } from '../support/rules-folder.ts';
import { until } from '../support/ground.ts';
import { workerText } from '../support/worker-texts.ts';

const RESERVED = new Set(['PeriodicWorker', 'FolderRetrieval']);

/** What is found in files, by the name of the class, and what is wrong. */
async function found(files: Readonly<Record<string, string>>) {
  await using folder = await rulesFolder(files);
  const { workers, problems } = await checkWorkers(folder.rules, RESERVED);
  return { classes: Object.fromEntries(workers.map(({ name, file }) => [name, file])), problems };
}

describe("a worker's file", () => {
  it('gives every class that it exports and that extends PeriodicWorker, by whatever name', async () => {
    const { classes, problems } = await found({
      'one.worker.ts': workerText('One', ''),
      'deep/er/two.worker.mjs': `import { PeriodicWorker } from 'cookie-monster';
        class Two extends PeriodicWorker { callback() {} }
        class Three extends Two {}
        export { Two as default, Two as again, Three };
        export const help = () => 3;`,
      'named.worker.js': `import * as monster from 'cookie-monster';
        export const Four = class extends monster.PeriodicWorker { callback() {} };`,
      'brings.worker.ts': `import { RetrievalWorker } from 'cookie-monster';
        export class Brings extends RetrievalWorker { enrichmentSource = 'x'; openSource() { throw new Error(); } }
        export { RetrievalWorker };`,
      'no.rule.ts': 'throw new Error("is not looked at")',
    });
    expect(problems).toEqual([]);
    expect(classes).toEqual({
      One: 'one.worker.ts',
      Two: 'deep/er/two.worker.mjs',
      Three: 'deep/er/two.worker.mjs',
      Four: 'named.worker.js',
      Brings: 'brings.worker.ts',
    });
  }, 60_000);

  it('keeps the name of its class, though what it imports has one of the same name', async () => {
    const { classes } = await found({
      'a.worker.ts': workerText('Same', 'helped()', { head: `import { helped } from './help.ts';` }),
      'help.ts': `class Same {}\nexport const helped = () => new Same();`,
    });
    expect(classes).toEqual({ Same: 'a.worker.ts' });
  }, 60_000);

  it('may have an abstract class beside those that run', async () => {
    const { classes, problems } = await found({
      'a.worker.ts': `import { PeriodicWorker } from 'cookie-monster';
        /* no abstract class Runs here */
        export abstract class Base extends PeriodicWorker { callback() { this.work(); } abstract work(): void; }
        export class Runs extends Base { work() {} }`,
    });
    expect(problems).toEqual([]);
    expect(classes).toEqual({ Runs: 'a.worker.ts' });
  }, 60_000);

  it.each([
    ['without a class', `export const x = 1;`, undefined, /exports no class that extends PeriodicWorker/],
    [
      'with another PeriodicWorker',
      `class PeriodicWorker {}\nexport class A extends PeriodicWorker {}`,
      undefined,
      /exports no class/,
    ],
    [
      'with a class without a name',
      `import { PeriodicWorker } from 'cookie-monster';\nexport default class extends PeriodicWorker { callback() {} }`,
      2,
      /without a name/,
    ],
    [
      'with an abstract class alone',
      `import { PeriodicWorker } from 'cookie-monster';\nexport abstract class Base extends PeriodicWorker {}`,
      undefined,
      /only an abstract class, Base/,
    ],
    [
      'without a callback',
      `import { PeriodicWorker } from 'cookie-monster';\nexport class Idle extends PeriodicWorker {}`,
      2,
      /class Idle has no callback\(\)/,
    ],
    ['with the name of a shipped one', workerText('FolderRetrieval', ''), 4, /comes with Cookie Monster/],
    [
      'called PeriodicWorker',
      `import * as m from 'cookie-monster';\nexport class PeriodicWorker extends m.PeriodicWorker { callback() {} }`,
      2,
      /comes with Cookie Monster/,
    ],
    ['that does not compile', `\nexport class {{{`, 2, /Expected/],
    [
      'that misspells an import',
      `import { PeriodicWorkr } from 'cookie-monster';\nexport class A extends PeriodicWorkr {}`,
      1,
      /PeriodicWorkr/,
    ],
    ['whose top level throws', `const a = 1;\n\nthrow new Error('not today');`, 3, /^Error: not today$/],
    ['that ends its process', `process.exit(3);`, 1, /process\.exit\(3\)/],
  ])(
    '%s is a problem with its place and reason',
    async (_, text, line, reason) => {
      const { classes, problems } = await found({
        'sub/bad.worker.ts': text,
        'good.worker.ts': workerText('Good', ''),
      });
      expect(classes).toEqual({ Good: 'good.worker.ts' });
      expect(problems).toEqual([
        {
          file: 'sub/bad.worker.ts',
          ...(line === undefined ? {} : { line }),
          ...(problems[0]?.column === undefined ? {} : { column: expect.any(Number) }),
          reason: expect.stringMatching(reason),
        },
      ]);
    },
    60_000,
  );

  it('cannot have a class of the same name as another file', async () => {
    const { classes, problems } = await found({
      'a.worker.ts': workerText('Twin', ''),
      'b.worker.ts': workerText('Twin', ''),
    });
    expect(classes).toEqual({});
    expect(problems).toEqual([
      { file: 'a.worker.ts', reason: expect.stringContaining('class Twin is in b.worker.ts too') },
      { file: 'b.worker.ts', reason: expect.stringContaining('class Twin is in a.worker.ts too') },
    ]);
  }, 60_000);
});

describe("users' workers", () => {
  let folder: RulesFolder;
  let users: UserWorkers;
  let changes: number;

  beforeEach(async () => {
    folder = await rulesFolder({ 'a.worker.ts': workerText('A', '') });
    changes = 0;
    users = keeper();
    await users.start();
  });

  afterEach(async () => {
    await users.stop();
    await folder[Symbol.asyncDispose]();
  });

  function keeper(): UserWorkers {
    return new UserWorkers({
      folder: folder.rules,
      cacheFolder: folder.cache,
      reserved: RESERVED,
      logger: pino({ level: 'silent' }),
      quietMs: 30,
      onChange: () => {
        changes += 1;
      },
    });
  }

  const files = () => Object.fromEntries([...users.workers.values()].map(({ name, file }) => [name, file]));

  async function follows(expected: Record<string, string>): Promise<void> {
    await until(() => JSON.stringify(files()) === JSON.stringify(expected), JSON.stringify(expected), 5_000);
  }

  async function textOf(name: string): Promise<string> {
    return readFile(new URL((await users.locate(name))?.url ?? 'file:///nowhere'), 'utf8');
  }

  it('are those of saved, added, renamed and deleted files', async () => {
    expect(files()).toEqual({ A: 'a.worker.ts' });
    await folder.write('a.worker.ts', workerText('A', 'return "second";'));
    await until(async () => (await textOf('A')).includes('second'), 'the second version');
    await folder.write('sub/b.worker.ts', workerText('B', ''));
    await follows({ A: 'a.worker.ts', B: 'sub/b.worker.ts' });
    await rename(join(folder.rules, 'a.worker.ts'), join(folder.rules, 'z.worker.ts'));
    await follows({ B: 'sub/b.worker.ts', A: 'z.worker.ts' });
    await rm(join(folder.rules, 'sub'), { recursive: true });
    await follows({ A: 'z.worker.ts' });
    expect(await users.locate('B')).toBeUndefined();
    expect(changes).toBeGreaterThanOrEqual(4);
  }, 60_000);

  it('keep the last good version of a file that breaks, also when the process starts anew', async () => {
    await folder.write('a.worker.ts', 'export class A {');
    await until(() => users.problems.length > 0, 'the problem');
    expect(users.problems).toMatchObject([{ file: 'a.worker.ts', line: 1 }]);
    expect([files(), users.incomplete]).toEqual([{ A: 'a.worker.ts' }, false]);
    await users.stop();
    users = keeper();
    await users.start();
    expect([files(), users.incomplete]).toEqual([{ A: 'a.worker.ts' }, false]);
    expect(await textOf('A')).toContain('PeriodicWorker');
    await folder.write('a.worker.ts', workerText('Renamed', ''));
    await follows({ Renamed: 'a.worker.ts' });
    expect(users.problems).toEqual([]);
  }, 60_000);

  it('say that nobody knows all of them while a file is broken that never was good', async () => {
    await folder.write('b.worker.ts', 'export class {');
    await until(() => users.problems.length > 0, 'the problem');
    expect([files(), users.incomplete]).toEqual([{ A: 'a.worker.ts' }, true]);
    await rm(join(folder.rules, 'b.worker.ts'));
    await until(() => !users.incomplete, 'its end');
  }, 60_000);

  it('leave a name with the file that has it, until that one gives it up', async () => {
    await folder.write('0.worker.ts', workerText('A', ''));
    await until(() => users.problems.length > 0, 'the problem');
    expect(users.problems).toEqual([{ file: '0.worker.ts', reason: expect.stringContaining('a.worker.ts') }]);
    expect(files()).toEqual({ A: 'a.worker.ts' });
    await rm(join(folder.rules, 'a.worker.ts'));
    await follows({ A: '0.worker.ts' });
    expect(users.problems).toEqual([]);
  }, 60_000);
});
