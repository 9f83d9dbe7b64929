import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { send } from '../api/raw-request.ts';
import { schedule, SOON } from '../support/periodic-runs.ts';
import { ruleSource } from '../support/rules-folder.ts';
import { enrichment, startTestSystem, type TestSystem, until } from '../support/system.ts';
import { workerText } from '../support/worker-texts.ts';

const IMPORT = `import { PeriodicWorker } from 'cookie-monster';\n`;

let system: TestSystem;
let cookies = 0;

beforeAll(async () => {
  system = await startTestSystem({
    rules: { 'good.rule.ts': ruleSource('good'), 'good.worker.ts': workerText('Good', 'return 1;') },
    workers: { Good: { interval: SOON, paused: true } },
  });
  await until(async () => (await schedule(system, 'Good')) !== undefined, 'the Schedule of the good worker');
});

afterAll(async () => {
  await system[Symbol.asyncDispose]();
});

/** What was good goes on: a cookie is settled by the rule that was there before, and the Schedule is as it was. */
async function expectLastGood(): Promise<void> {
  const identifier = `/good/${++cookies}`;
  await system.enrich(identifier, enrichment('s', { n: cookies }));
  await system.settled();
  expect(await system.applied(identifier)).toMatchObject([{ rule_id: 'good' }]);
  expect((await schedule(system, 'Good'))?.state.paused).toBe(true);
}

/** Waits until an answer of the API tells of something, or no longer does. */
async function told(path: string, words: RegExp, is = true): Promise<void> {
  const tells = async () => words.test(JSON.stringify((await send(system.api.url, { path })).body));
  await until(async () => (await tells()) === is, `${path} to tell ${is ? '' : 'no more '}of ${words}`);
}

it.each<[string, string, RegExp]>([
  ['a syntax error', 'const x = ;', /Unexpected/],
  ['a bad definition', ruleSource('bad', 'true', 'priority: NaN,'), /NaN as 'priority'/],
  ['a duplicate id', ruleSource('good'), /already a rule with the id 'good'/],
])('a rule file saved with %s is told of, and the last good rulebook stays', async (_what, text, problem) => {
  await system.folder.write('bad.rule.ts', text);
  await told('/rules', problem);
  await expectLastGood();
  rmSync(join(system.folder.rules, 'bad.rule.ts'));
  await told('/rules', problem, false);
});

it.each<[string, string, RegExp]>([
  ['a syntax error', 'class {', /Expected|Unexpected/],
  ['no worker', 'export const x = 1;', /bad\.worker\.ts/],
  ['a class without a callback', `${IMPORT}export class Bad extends PeriodicWorker {}`, /bad\.worker\.ts/],
  ['a top level that throws', `throw new Error('top level');`, /top level/],
  ['the name of another worker', workerText('Good', 'return 2;'), /Good/],
  ['the name of a shipped worker', workerText('FolderRetrieval', ''), /FolderRetrieval/],
])('a worker file saved with %s is told of, and the workers that were good stay', async (_what, text, problem) => {
  await system.folder.write('bad.worker.ts', text);
  const about = new RegExp(`"problems":\\[\\{[^\\]]*${problem.source}`);
  await told('/schedules', about);
  await expectLastGood();
  rmSync(join(system.folder.rules, 'bad.worker.ts'));
  await told('/schedules', about, false);
});

it.each<[string, (path: string) => void, RegExp]>([
  ['no JSON', (path) => writeFileSync(path, '{"interval": '), /the end of the file/],
  ['nothing at all', (path) => writeFileSync(path, ''), /the end of the file/],
  ['a key given twice', (path) => writeFileSync(path, '{"interval": "hourly", "interval": "daily"}'), /again/],
  ['arrays 100,000 deep', (path) => writeFileSync(path, `{"a": ${'['.repeat(100_000)}`), /100 levels deep/],
  ['a misspelt interval', (path) => writeFileSync(path, '{"interval": "houry"}'), /houry/],
  ['a cron that never comes', (path) => writeFileSync(path, '{"interval": "cron(0 0 31 2 *)"}'), /never comes/],
  ['an interval of 1 MB', (path) => writeFileSync(path, `{"interval": "${'daily '.repeat(170_000)}"}`), /2000 char/],
  ['no time zone', (path) => writeFileSync(path, '{"timezone": "Mars/Base"}'), /IANA/],
  ['a bare jitter', (path) => writeFileSync(path, '{"jitter": 5}'), /unit/],
  ['paused in words', (path) => writeFileSync(path, '{"paused": "yes"}'), /true or false/],
  ['UTF-16', (path) => writeFileSync(path, '\uFEFF{}', 'utf16le'), /UTF-16/],
  ['a folder', (path) => mkdirSync(path), /a folder/],
  ['a link to nothing', (path) => symlinkSync('nowhere.json', path), /a link to nothing/],
  ['a device', (path) => symlinkSync('/dev/zero', path), /a pipe or device/],
])('a config file of a worker saved with %s is told of, and what was good stays', async (_what, save, problem) => {
  const path = join(system.settings.workerConfigFolder, 'Good.json');
  rmSync(path, { recursive: true, force: true });
  save(path);
  await told('/schedules', problem);
  await expectLastGood();
  rmSync(path, { recursive: true, force: true });
  writeFileSync(path, JSON.stringify({ interval: SOON, paused: true }));
  await told('/schedules', problem, false);
});
