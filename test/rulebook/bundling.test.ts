import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { bundleRules, discoverRuleFiles } from '../../rulebook/rule-files.ts';
import { fillPlaces, placeholder } from '../../bundling/places.ts';
import { RulesFolderMissingError } from '../../rulebook/errors.ts';
import { evaluation } from '../support/rules-evaluation.ts';
import { ruleSource, rulesFolder } from '../support/rules-folder.ts';

const TELL = (expression: string, head = ''): string =>
  `${head}import { defineRule, notify } from 'cookie-monster';
export default defineRule({ id: 'tell', matches: () => true, action: () => ({ notifications: [notify('tell', { data: ${expression} })] }) });
`;

async function told(files: Record<string, string>): Promise<unknown> {
  await using it = await evaluation(files);
  const judgement = await it.judge();
  expect(judgement.problems).toEqual([]);
  return judgement.notifications[0]?.notification.data;
}

describe('discovery', () => {
  it('finds rule, loader and receiver files in subfolders, sorted, and nothing else', async () => {
    await using folder = await rulesFolder(
      Object.fromEntries(
        [
          'b.rule.ts',
          'a.rule.ts',
          'sub/deep/c.loader.js',
          'd.receiver.mjs',
          'e.rule.cjs',
          'helper.ts',
          'x.rule.json',
          'y.rule.d.ts',
          'node_modules/p/z.rule.js',
          '.git/w.rule.ts',
          '.#a.rule.ts',
          'rule.ts',
        ].map((path) => [path, '']),
      ),
    );
    expect(await discoverRuleFiles(folder.rules)).toEqual([
      'a.rule.ts',
      'b.rule.ts',
      'd.receiver.mjs',
      'e.rule.cjs',
      'sub/deep/c.loader.js',
    ]);
  }, 60_000);

  it('follows links, also those that lead in a circle or, for their reader to find out, nowhere', async () => {
    await using folder = await rulesFolder({ 'sub/a.rule.ts': '' });
    await symlink(folder.rules, join(folder.rules, 'sub', 'circle'));
    await symlink(join(folder.rules, 'sub', 'a.rule.ts'), join(folder.rules, 'linked.rule.ts'));
    await symlink(join(folder.rules, 'nowhere'), join(folder.rules, 'dangling.rule.ts'));
    expect(await discoverRuleFiles(folder.rules)).toEqual(['dangling.rule.ts', 'linked.rule.ts', 'sub/a.rule.ts']);
  }, 60_000);

  it('says that the folder is missing', async () => {
    await using folder = await rulesFolder();
    await expect(discoverRuleFiles(join(folder.base, 'none'))).rejects.toThrow(RulesFolderMissingError);
  }, 60_000);
});

describe('a bundle', () => {
  it('has the same hash wherever the folder lies', async () => {
    const files = {
      'a.rule.ts': TELL(`import.meta.url + __x`, `import { x as __x } from '../lib/x.ts';\n`),
      '../lib/x.ts': 'export const x = import.meta.dirname;',
    };
    await using one = await rulesFolder(files);
    await using other = await rulesFolder();
    const moved = join(other.base, 'far', 'away');
    await mkdir(moved, { recursive: true });
    await cp(one.rules, join(moved, 'my rules'), { recursive: true });
    await cp(join(one.base, 'lib'), join(moved, 'lib'), { recursive: true });
    const first = await bundleRules(one.rules, ['a.rule.ts']);
    const second = await bundleRules(join(moved, 'my rules'), ['a.rule.ts']);
    expect(first.bundle?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(second.bundle).toEqual(first.bundle);
    expect(first.bundle?.text).not.toContain(one.base);
  }, 60_000);

  it('changes its hash with a helper', async () => {
    const files = { 'a.rule.ts': TELL('x', `import { x } from './x.ts';\n`), 'x.ts': 'export const x = 1;' };
    await using folder = await rulesFolder(files);
    const before = await bundleRules(folder.rules, ['a.rule.ts']);
    await folder.write('x.ts', 'export const x = 2;');
    const after = await bundleRules(folder.rules, ['a.rule.ts']);
    expect(after.bundle?.hash).not.toBe(before.bundle?.hash);
  }, 60_000);

  it('lets each file know where it lies, also a helper outside the folder', async () => {
    await using it = await evaluation({
      'sub/a.rule.ts': TELL(
        `[import.meta.url, import.meta.dirname, import.meta.filename, place]`,
        `import { place } from '../../lib/it\\'s.ts';\n`,
      ),
      "../lib/it's.ts": 'export const place = `${import.meta.filename}!`;',
    });
    const { notifications } = await it.judge();
    const sub = join(it.folder.rules, 'sub');
    expect(notifications[0]?.notification.data).toEqual([
      `file://${sub}/a.rule.ts`,
      sub,
      join(sub, 'a.rule.ts'),
      `${join(it.folder.base, 'lib', "it's.ts")}!`,
    ]);
  }, 60_000);

  it('finds files beside a rule, from TypeScript and from CommonJS', async () => {
    const head = `import { readFileSync } from 'node:fs';\n`;
    const url = TELL(`readFileSync(new URL('./list.txt', import.meta.url), 'utf8')`, head);
    expect(await told({ 'sub/a.rule.ts': url, 'sub/list.txt': 'beside' })).toBe('beside');
    const cjs = `const { defineRule, notify } = require('cookie-monster');
      const { readFileSync } = require('fs'); const { join } = require('path');
      module.exports = [defineRule({ id: 'a', matches: () => true, action: () => ({ notifications: [notify('x', { data: readFileSync(join(__dirname, 'list.txt'), 'utf8') })] }) })];`;
    expect(await told({ 'sub/a.rule.cjs': cjs, 'sub/list.txt': 'beside too' })).toBe('beside too');
  }, 60_000);

  it('lets a file take import.meta apart', async () => {
    const data = await told({
      'sub/a.rule.ts': TELL(
        'basename(dirname)',
        `import { basename } from 'node:path';\nconst { dirname } = import.meta;\n`,
      ),
    });
    expect(data).toBe('sub');
  }, 60_000);

  it('takes JSON, Node modules, a require of its own and top-level await', async () => {
    const head = `import { createRequire } from 'node:module';
      import list from './list.json';
      const require = createRequire(import.meta.url);
      const late = await Promise.resolve('late');\n`;
    const data = `[list, require('./list.json'), late]`;
    expect(await told({ 'a.rule.ts': TELL(data, head), 'list.json': '{"a":1}' })).toEqual([{ a: 1 }, { a: 1 }, 'late']);
  }, 60_000);

  it("bundles packages of the folder's own node_modules, ESM and CommonJS", async () => {
    const head = `import { esm } from 'esm-pkg';\nimport cjs from 'cjs-pkg';\n`;
    const files = {
      'a.rule.ts': TELL('[esm, cjs.sep, cjs.here]', head),
      'node_modules/esm-pkg/package.json': '{"name":"esm-pkg","type":"module","exports":"./i.js"}',
      'node_modules/esm-pkg/i.js': 'export const esm = "esm";',
      'node_modules/cjs-pkg/package.json': '{"name":"cjs-pkg","main":"i.js"}',
      'node_modules/cjs-pkg/i.js': `exports.sep = require('path').posix.sep; exports.here = require('path').basename(__dirname);`,
    };
    await using folder = await rulesFolder(files);
    const { bundle } = await bundleRules(folder.rules, ['a.rule.ts']);
    expect(bundle?.text).toContain('"esm"');
    expect(await told(files)).toEqual(['esm', '/', 'cjs-pkg']);
  }, 60_000);

  it('leaves a package with a native addon outside and finds it from the rules folder', async () => {
    await using it = await evaluation({
      'a.rule.ts': TELL('native', `import native from 'native-pkg';\n`),
      'node_modules/native-pkg/package.json': '{"name":"native-pkg","main":"index.js"}',
      'node_modules/native-pkg/binding.gyp': '{}',
      'node_modules/native-pkg/index.js': 'module.exports = "outside";',
    });
    const { notifications, problems } = await it.judge();
    expect(problems).toEqual([]);
    expect(notifications[0]?.notification.data).toBe('outside');
    expect((await it.store.load(it.hash)).text).not.toContain('"outside"');
  }, 60_000);

  it('keeps apart two files with the same name in different folders', async () => {
    await using it = await evaluation({ 'x/a.rule.ts': ruleSource('one'), 'y/a.rule.ts': ruleSource('two') });
    expect((await it.judge()).applied.map(({ rule }) => rule)).toEqual(['one', 'two']);
  }, 60_000);

  it('reports every fault with file, line and column', async () => {
    await using folder = await rulesFolder({
      'sub/a.rule.ts': 'const x = 1;\nconst y = ;\n',
      'b.rule.ts': `import './nowhere.ts';\nimport { defineRul } from 'cookie-monster';\nconsole.log(defineRul);\n`,
    });
    const { bundle, problems, missing } = await bundleRules(folder.rules, ['b.rule.ts', 'sub/a.rule.ts']);
    expect(bundle).toBeUndefined();
    expect(missing).toEqual([join(folder.rules, 'nowhere.ts')]);
    expect(problems).toContainEqual({ file: 'sub/a.rule.ts', line: 2, column: 11, reason: 'Unexpected ";"' });
    expect(problems).toContainEqual(
      expect.objectContaining({ file: 'b.rule.ts', line: 1, reason: 'Could not resolve "./nowhere.ts"' }),
    );
  }, 60_000);

  it('finds a misspelt import of the package', async () => {
    await using folder = await rulesFolder({
      'a.rule.ts': `\nimport { defineRul } from 'cookie-monster';\ndefineRul();\n`,
    });
    const { problems } = await bundleRules(folder.rules, ['a.rule.ts']);
    expect(problems).toEqual([
      expect.objectContaining({ file: 'a.rule.ts', line: 2, reason: expect.stringContaining('defineRul') }),
    ]);
  }, 60_000);
});

describe('placeholders', () => {
  it('survive any name of a folder', () => {
    const text = `x = "${placeholder('filename', "it's a `$[file] é.ts")}";`;
    const filled = fillPlaces(text, { folder: '/r"u\\l\'e$`{s', packageUrl: (name) => name });
    expect(runInNewContext(filled)).toBe("/r\"u\\l'e$`{s/it's a `$[file] é.ts");
  }, 60_000);
});
