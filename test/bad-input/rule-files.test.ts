import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { surveyFolder } from '../../rulebook/keeping/survey-folder.ts';
import { logBook, ruleSource } from '../support/rules-folder.ts';

const GOOD = ruleSource('good');
const IMPORT = `import { defineRule, defineLoader, defineReceiver, notify } from 'cookie-monster';\n`;
const rule = (body: string): string => `${IMPORT}export default defineRule({ ${body} });`;
const loader = (body: string): string => `${IMPORT}export default defineLoader({ ${body} });`;
const receiver = (body: string): string => `${IMPORT}export default defineReceiver({ ${body} });`;
const WHOLE = 'matches: () => true, action: () => {}';

let base: string;

beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'bad-rules-')));
});

beforeEach(() => {
  mkdirSync(join(base, 'rules'));
  writeFileSync(join(base, 'rules', 'a.rule.ts'), GOOD);
});

afterEach(() => rmSync(join(base, 'rules'), { recursive: true }));

afterAll(() => rmSync(base, { recursive: true }));

async function survey(loadTimeoutMs = 10_000) {
  return surveyFolder({
    rulesFolder: join(base, 'rules'),
    cacheFolder: join(base, 'cache'),
    logger: logBook(),
    loadTimeoutMs,
  });
}

/** The one thing that is wrong with the folder. */
async function onlyProblem(loadTimeoutMs?: number) {
  const { bundle, problems } = await survey(loadTimeoutMs);
  expect(bundle).toBeUndefined();
  expect(problems).toHaveLength(1);
  return problems[0];
}

describe('a rule file', () => {
  it.each<[string, string | Buffer, RegExp, number?]>([
    ['that is no TypeScript', 'const x = ;', /Unexpected ";"/, 1],
    ['cut off', GOOD.slice(0, 90), /Unterminated string literal/, 3],
    ['with a brace too many', `${GOOD}}`, /Unexpected "}"/, 7],
    ['of JSON', '{"id": "a"}', /Expected ";" but found ":"/, 1],
    ['of binary data', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1, 0xff]), /Syntax error|Unexpected/, 1],
    ['in UTF-16', Buffer.from(`\uFEFF${GOOD}`, 'utf16le'), /Unexpected|Syntax error/, 1],
    ['that is empty', '', /exports no rule, loader or receiver/],
    ['of nothing but a comment', '// rules come here\n', /exports no rule, loader or receiver/],
    ['that exports nothing', `${IMPORT}defineRule({ id: 'x', ${WHOLE} });`, /exports no rule, loader or receiver/],
    ['that exports a number', 'export default 42;', /exports no rule/],
    [
      'that exports a promise of a rule',
      `${IMPORT}export default Promise.resolve(defineRule({ id: 'x', ${WHOLE} }));`,
      /exports no rule/,
    ],
    ['that exports a function', `export default () => {};`, /exports no rule/],
    ['that exports a function named then', `export function then() {}`, /exports no rule/],
    [
      'that exports an object as it is',
      `export default { id: 'x', ${WHOLE} };`,
      /looks like a rule but was not made by defineRule\(\)/,
    ],
    ['that exports a loader as it is', `export default { id: 'x', load: () => ({}) };`, /looks like a loader/],
    ['that exports a receiver as it is', `export default { id: 'x', receive: () => {} };`, /looks like a receiver/],
    [
      'that exports a list that holds itself',
      `const all = []; all.push(all); export default all;`,
      /exports cannot be looked at: RangeError/,
    ],
    [
      'that exports a proxy that throws',
      `export default new Proxy({}, { get() { throw new Error('trap'); }, has() { throw new Error('trap'); } });`,
      /exports cannot be looked at: Error: trap/,
    ],
    ['that imports what is not there', `import './none.ts';\n${GOOD}`, /Could not resolve "\.\/none\.ts"/, 1],
    [
      'that imports a package nobody has',
      `import 'no-such-package-at-all';\n${GOOD}`,
      /Could not resolve "no-such-package-at-all"/,
      1,
    ],
    [
      'that imports what the package has not',
      `import { defineRuel } from 'cookie-monster';\nexport default defineRuel({});`,
      /defineRuel/,
    ],
    ['that throws at its top level', `\nthrow new Error('no');`, /^Error: no$/, 2],
    ['that throws undefined', `throw undefined;`, /threw undefined/],
    ['that throws a text of 1 MB', `throw new Error('x'.repeat(1e6));`, /^Error: x{100,2000}$/, 1],
    ['that throws an error of megabytes of stack', `throw new Error('at '.repeat(1e6));`, /^Error: at at/, 1],
    [
      'that throws an error with a number for a stack',
      `const e = new Error('odd'); e.stack = 42; throw e;`,
      /^Error: odd$/,
    ],
    ['that throws half a surrogate pair', String.raw`throw new Error('a\ud800b');`, /^Error: a\ufffdb$/, 1],
    ['that rejects at its top level', `await Promise.reject(new TypeError('later'));`, /TypeError: later/, 1],
    ['that hangs at its top level', `for (;;);`, /its top level ran longer than 0.7 s and was stopped/],
    ['that waits for ever at its top level', `await new Promise(() => {});`, /ran longer than 0.7 s/],
    ['that ends its process', `process.exit(3);`, /process\.exit\(\) is not for rules/],
    ['that ends its thread', `process.reallyExit(3);`, /ended the thread: it exited with 3/],
    ['that recurses without end', `(function f() { f(); })();`, /RangeError/],
  ])('%s is refused', async (_what, text, reason, ...[line]) => {
    writeFileSync(join(base, 'rules', 'b.rule.ts'), text);
    const limitMs = /longer than/.test(reason.source) ? 700 : undefined;
    expect(await onlyProblem(limitMs)).toMatchObject({
      file: 'b.rule.ts',
      reason: expect.stringMatching(reason),
      ...(line === undefined ? {} : { line }),
    });
  });

  it.each<[string, (path: string) => void, string]>([
    ['that is a link to nothing', (path) => symlinkSync('nowhere', path), 'is a link to what is not there'],
    ['that is a link to itself', (path) => symlinkSync(path, path), 'is a link that leads back to itself'],
    [
      'that is a pipe nobody writes to',
      (path) => execFileSync('mkfifo', [path]),
      'is no regular file, nor a link to one',
    ],
    ['that is a link to a device', (path) => symlinkSync('/dev/zero', path), 'is no regular file'],
  ])('%s is refused, whatever else is wrong', async (_what, make, reason) => {
    make(join(base, 'rules', 'b.rule.ts'));
    writeFileSync(join(base, 'rules', 'c.rule.ts'), 'const x = ;');
    const { bundle, problems } = await survey();
    expect(bundle).toBeUndefined();
    expect(problems).toHaveLength(2);
    expect(problems).toContainEqual({ file: 'b.rule.ts', reason: expect.stringContaining(reason) });
    expect(problems).toContainEqual(expect.objectContaining({ file: 'c.rule.ts', line: 1 }));
  });

  it.each([
    ['the file', '\xe9.rule.ts', ''],
    ['its folder', '\xe9', '/b.rule.ts'],
  ])('of a name that is not in UTF-8 is refused for that: %s', async (_what, name, file) => {
    const path = Buffer.concat([Buffer.from(join(base, 'rules/')), Buffer.from(name, 'latin1')]);
    if (file !== '') mkdirSync(path);
    writeFileSync(Buffer.concat([path, Buffer.from(file)]), GOOD);
    const { problems } = await survey();
    // By a text it would not be found.
    rmSync(path, { recursive: true });
    const shown = name.replace('\xe9', '\uFFFD');
    expect(problems).toEqual([{ file: shown, reason: expect.stringContaining('(allowed: names in UTF-8)') }]);
  });

  it.each([
    ['text', '/etc/passwd'],
    ['TypeScript with a fault', '../real.ts'],
  ])('that is a link to %s is called by its own name', async (_what, target) => {
    writeFileSync(join(base, 'real.ts'), 'const x = ;');
    symlinkSync(target, join(base, 'rules', 'b.rule.ts'));
    expect(await onlyProblem()).toMatchObject({ file: 'b.rule.ts', line: 1 });
  });

  it('that is a link to another one with a fault leaves that its name', async () => {
    writeFileSync(join(base, 'rules', 'c.rule.ts'), 'const x = ;');
    symlinkSync('c.rule.ts', join(base, 'rules', 'b.rule.ts'));
    expect(await onlyProblem()).toMatchObject({ file: 'c.rule.ts', line: 1 });
  });

  it('that imports a pipe is refused where it does', async () => {
    execFileSync('mkfifo', [join(base, 'rules', 'pipe.ts')]);
    writeFileSync(join(base, 'rules', 'b.rule.ts'), `import './pipe.ts';\n${GOOD}`);
    expect(await onlyProblem()).toMatchObject({
      file: 'b.rule.ts',
      line: 1,
      reason: 'pipe.ts is no regular file, nor a link to one',
    });
  });

  it('is not looked for in folders and links to nothing of other names', async () => {
    mkdirSync(join(base, 'rules', 'b.rule.ts'));
    symlinkSync('nowhere', join(base, 'rules', 'notes.txt'));
    symlinkSync('nowhere', join(base, 'rules', '.#a.rule.ts'));
    expect(await survey()).toMatchObject({ problems: [], definitions: [{ id: 'good' }] });
  });

  it('that may not be read is refused', async () => {
    const path = join(base, 'rules', 'b.rule.ts');
    writeFileSync(path, GOOD);
    chmodSync(path, 0);
    // Root may read everything.
    if (process.getuid?.() !== 0) expect((await onlyProblem())?.reason).toMatch(/permission denied/i);
  });

  it('in a folder that may not be looked into is missed', async () => {
    const path = join(base, 'rules', 'sub');
    mkdirSync(path, { mode: 0 });
    const expected = { file: 'sub', reason: expect.stringMatching(/permission denied/i) };
    if (process.getuid?.() !== 0) expect(await onlyProblem()).toEqual(expected);
  });
});

describe('a definition', () => {
  const shape = 'allowed: id, priority, matches, action';
  it.each<[string, string, string]>([
    ['of nothing', `${IMPORT}export default defineRule();`, 'must be an object, not undefined'],
    ['that is null', `${IMPORT}export default defineRule(null);`, 'must be an object, not null'],
    ['that is a text', `${IMPORT}export default defineLoader('x');`, 'must be an object, not "x"'],
    ['without members', rule(''), `lacks 'id'`],
    ['without an id', rule(WHOLE), `lacks 'id'`],
    ['with an empty id', rule(`id: '', ${WHOLE}`), `has "" as 'id'`],
    ['with spaces around its id', rule(`id: ' a ', ${WHOLE}`), `has " a " as 'id'`],
    ['with a line break in its id', rule(String.raw`id: 'a\nb', ${WHOLE}`), `as 'id' (allowed: a text of 1 to 200`],
    ['with a NUL in its id', rule(String.raw`id: 'a\0', ${WHOLE}`), `as 'id' (allowed`],
    ['with half a surrogate pair in its id', rule(String.raw`id: 'a\ud800', ${WHOLE}`), `as 'id' (allowed`],
    ['with an id of 201 characters', rule(`id: 'x'.repeat(201), ${WHOLE}`), `as 'id' (allowed`],
    ['with a number for an id', rule(`id: 5, ${WHOLE}`), `has 5 as 'id'`],
    ['with a Symbol for an id', rule(`id: Symbol('x'), ${WHOLE}`), `has a symbol as 'id'`],
    ['with a text for a priority', rule(`id: 'x', priority: '1', ${WHOLE}`), `has "1" as 'priority'`],
    ['with a priority below the first', rule(`id: 'x', priority: -1, ${WHOLE}`), `has -1 as 'priority'`],
    ['with NaN for a priority', rule(`id: 'x', priority: NaN, ${WHOLE}`), `has NaN as 'priority'`],
    ['with Infinity for a priority', rule(`id: 'x', priority: Infinity, ${WHOLE}`), `has Infinity as 'priority'`],
    ['with a BigInt for a priority', rule(`id: 'x', priority: 1n, ${WHOLE}`), `has a bigint as 'priority'`],
    [
      'with true for matches',
      rule(`id: 'x', matches: true, action: () => {}`),
      `has true as 'matches' (allowed: a function)`,
    ],
    ['without an action', rule(`id: 'x', matches: () => true`), `lacks 'action'`],
    ['with a member nobody knows', rule(`id: 'x', prio: 1, ${WHOLE}`), `unknown property 'prio' (${shape})`],
    ['with a key named __proto__', rule(`id: 'x', ['__proto__']: {}, ${WHOLE}`), `unknown property '__proto__'`],
    ['with a getter that throws', rule(`get id() { throw new Error('got'); }, ${WHOLE}`), `Error: got`],
    [
      'that is a proxy that throws',
      `${IMPORT}export default defineRule(new Proxy({}, { ownKeys() { throw new Error('trap'); } }));`,
      'Error: trap',
    ],
    ['of a loader without load', loader(`id: 'x', canEnrich: () => true`), `lacks 'load'`],
    [
      'of a loader with matches',
      loader(`id: 'x', canEnrich: () => true, load: () => {}, matches: () => true`),
      `unknown property 'matches'`,
    ],
    ['of a receiver without receive', receiver(`id: 'x'`), `lacks 'receive'`],
    [
      'of a receiver with a text for accepts',
      receiver(`id: 'x', accepts: 'all', receive: () => {}`),
      `has "all" as 'accepts'`,
    ],
    ['with the id of another', rule(`id: 'good', ${WHOLE}`), `there is already a rule with the id 'good' in a.rule.ts`],
  ])('%s is refused', async (_what, text, reason) => {
    writeFileSync(join(base, 'rules', 'b.rule.ts'), text);
    expect(await onlyProblem()).toMatchObject({ file: 'b.rule.ts', reason: expect.stringContaining(reason) });
  });
});
