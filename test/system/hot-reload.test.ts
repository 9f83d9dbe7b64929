import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { linesOf, loaderOn } from '../support/rule-texts.ts';
import { enrichment, startTestSystem, type TestSystem, until } from '../support/system.ts';

interface RulesAnswer {
  readonly version: string;
  readonly definitions: readonly { readonly id: string; readonly file: string }[];
  readonly problems: readonly { readonly file?: string; readonly line?: number; readonly reason: string }[];
}

/** Two rules in one file: one for every cookie, one for what the loader brings. */
const edition = (name: string) => `
import { defineRule } from 'cookie-monster';
export const before = defineRule({ id: 'before-${name}', priority: 0, matches: () => true, action: () => ({}) });
export const after = defineRule({
  id: 'after-${name}', matches: (cookie) => cookie.enrichments.sources().includes('learnt'), action: () => ({}),
});`;

const plainRule = (id: string) => `
import { defineRule } from 'cookie-monster';
export default defineRule({ id: '${id}', matches: () => true, action: () => ({}) });
`;

/** Asks the API for the rulebook and the problems of the folder. */
async function rules({ api }: TestSystem): Promise<RulesAnswer> {
  const response = await fetch(`${api.url}/rules`, { headers: { Accept: 'application/json' } });
  return (await response.json()) as RulesAnswer;
}

/** Waits until exactly these are in force. */
async function inForce(system: TestSystem, ...ids: string[]): Promise<void> {
  const wanted = ids.toSorted().join();
  await until(
    async () =>
      (await rules(system)).definitions
        .map(({ id }) => id)
        .toSorted()
        .join() === wanted,
    `the definitions ${wanted}`,
  );
}

interface Applied {
  readonly rules: string[];
  readonly rulebooks: string[];
}

/** Which rules were applied to a cookie, and by which versions. */
async function appliedTo(system: TestSystem, identifier: string): Promise<Applied> {
  const applied = await system.applied(identifier);
  const different = (values: readonly string[]) => [...new Set(values)].toSorted();
  return {
    rules: different(applied.map(({ rule_id: rule }) => rule)),
    rulebooks: different(applied.map(({ rulebook }) => rulebook)),
  };
}

let fresh = 0;

/** Processes a cookie nobody has seen, and tells what was applied to it. */
async function tryOut(system: TestSystem): Promise<Applied> {
  const identifier = `/data/fresh-${fresh++}`;
  await system.enrich(identifier, enrichment('seen'));
  await system.settled();
  return appliedTo(system, identifier);
}

describe('a rule saved while 200 cookies are being processed', () => {
  it('counts for jobs that start afterwards; those that had started keep the old version to their end', async () => {
    const learnt = loaderOn({
      id: 'learnt',
      needs: 'seen',
      body: `
        if (cookie.identifier.startsWith('/held')) { note(context.home + '/held.txt', cookie.identifier); await gate(context.home + '/released'); }
        await sleep(10);`,
    });
    await using system = await startTestSystem({
      rules: { 'edition.rule.ts': edition('old'), 'learnt.loader.ts': learnt },
      config: { worker: { threads: 4 } },
    });
    const { home } = system.folder;
    const old = await system.rulebook();
    const many = Array.from({ length: 200 }, (_, index) => `/data/many-${index}`);
    const held = ['/held/0', '/held/1'];
    await Promise.all(held.map(async (path) => system.enrich(path, enrichment('seen'))));
    await until(async () => (await linesOf(join(home, 'held.txt'))).length === held.length, 'the held loaders');

    const enriching = Promise.all(many.map(async (path) => system.enrich(path, enrichment('seen'))));
    await until(() => system.worker.tally.settled >= 20, 'some cookies to settle');
    const started = (await system.store.jar.open([...many, ...held])).filter(({ pin }) => pin !== undefined);
    await system.folder.write('edition.rule.ts', edition('new'));
    await until(async () => (await system.rulebook()) !== old, 'the new rulebook');
    await system.enrich('/data/late', enrichment('seen'));
    await writeFile(join(home, 'released'), '');
    await enriching;
    await system.settled();

    const current = String(await system.rulebook());
    const all = await Promise.all([...many, ...held].map(async (path) => appliedTo(system, path)));
    const editions = new Map([
      [String(old), ['after-old', 'before-old']],
      [current, ['after-new', 'before-new']],
    ]);
    for (const { rules: ids, rulebooks } of all) {
      expect(rulebooks).toHaveLength(1);
      expect(ids).toEqual(editions.get(rulebooks[0] ?? ''));
    }
    expect(new Set(all.flatMap(({ rulebooks }) => rulebooks))).toEqual(new Set(editions.keys()));
    expect(started.length).toBeGreaterThanOrEqual(20 + held.length);
    for (const { cookie } of started) expect((await appliedTo(system, cookie.identifier)).rulebooks).toEqual([old]);
    expect(await appliedTo(system, '/data/late')).toEqual({ rules: editions.get(current), rulebooks: [current] });
  }, 120_000);
});

describe('a save that does not compile', () => {
  it('changes nothing, is reported with file and line by the API and in the log, and is cleared by mending it', async () => {
    await using system = await startTestSystem({
      rules: { 'sub/bad.rule.ts': plainRule('fine'), 'z.rule.ts': plainRule('other') },
    });
    const good = await system.rulebook();
    await system.folder.write('sub/bad.rule.ts', `import { defineRule } from 'cookie-monster';\n\nexport default (;\n`);
    await until(async () => (await rules(system)).problems.length > 0, 'the problem');

    const broken = await rules(system);
    expect(broken.problems).toEqual([
      { file: 'sub/bad.rule.ts', line: 3, column: expect.any(Number), reason: expect.stringContaining('";"') },
    ]);
    expect(broken.version).toBe(good);
    expect(system.logged).toContainEqual(
      expect.objectContaining({
        level: 50,
        file: 'sub/bad.rule.ts',
        line: 3,
        msg: expect.stringContaining('the last good rulebook stays in force'),
      }),
    );
    expect(await tryOut(system)).toEqual({ rules: ['fine', 'other'], rulebooks: [good] });

    await system.folder.write('sub/bad.rule.ts', plainRule('mended'));
    await inForce(system, 'mended', 'other');
    await until(async () => (await rules(system)).problems.length === 0, 'no problem');
    expect((await tryOut(system)).rules).toEqual(['mended', 'other']);
  }, 60_000);

  it('is a duplicate id too, naming both files; deleting one of them clears it', async () => {
    await using system = await startTestSystem({ rules: { 'a.rule.ts': plainRule('twin') } });
    await system.folder.write('b.rule.ts', plainRule('twin'));
    await until(async () => (await rules(system)).problems.length > 0, 'the problem');
    const { problems } = await rules(system);
    expect(JSON.stringify(problems)).toContain('a.rule.ts');
    expect(JSON.stringify(problems)).toContain('b.rule.ts');
    expect((await tryOut(system)).rules).toEqual(['twin']);

    await rm(join(system.folder.rules, 'a.rule.ts'));
    await until(async () => (await rules(system)).problems.length === 0, 'no problem');
    expect((await rules(system)).definitions).toEqual([expect.objectContaining({ id: 'twin', file: 'b.rule.ts' })]);
  }, 60_000);
});

describe('a rules folder', () => {
  it('takes effect when files are added, renamed, replaced in one step, deleted, or their helper changes', async () => {
    const withHelper = plainRule('x').replace("'x'", 'NAME').replace('\n', `\nimport { NAME } from './lib/name.ts';\n`);
    await using system = await startTestSystem({
      rules: { 'a.rule.ts': plainRule('a'), 'helped.rule.ts': withHelper, 'lib/name.ts': `export const NAME = 'h1';` },
    });
    const { rules: folder } = system.folder;
    const follows = async (...ids: string[]) => {
      await inForce(system, ...ids);
      expect(await tryOut(system)).toEqual({ rules: ids.toSorted(), rulebooks: [await system.rulebook()] });
    };
    await follows('a', 'h1');

    await system.folder.write('deep/er/b.rule.ts', plainRule('b'));
    await follows('a', 'b', 'h1');

    await mkdir(join(folder, 'moved'));
    await rename(join(folder, 'a.rule.ts'), join(folder, 'moved', 'z.rule.ts'));
    await until(
      async () => (await rules(system)).definitions.some(({ file }) => file === 'moved/z.rule.ts'),
      'the renamed file',
    );
    await follows('a', 'b', 'h1');

    await system.folder.write('tmp-1234', plainRule('b2'));
    await rename(join(folder, 'tmp-1234'), join(folder, 'deep/er/b.rule.ts'));
    await follows('a', 'b2', 'h1');

    await system.folder.write('lib/name.ts', `export const NAME = 'h2';`);
    await follows('a', 'b2', 'h2');

    await rm(join(folder, 'deep'), { recursive: true });
    await follows('a', 'h2');
  }, 60_000);
});
