import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { installableQueries, sweepQueries } from '../../retrieval/irods/shipped-queries.ts';
import { runCommand } from '../support/command.ts';
import { installIcommands } from '../support/irods/install.ts';
import { type IrodsWorld, irodsWorld } from '../support/irods/irods-world.ts';

const OTHER = 'SELECT Data.data_name AS it FROM R_DATA_MAIN Data';
const COMMAND_MS = 120_000;

let zone: IrodsWorld;
let icommands: string;
/** Where the command runs, and the user's home. */
let place: string;

beforeEach(() => {
  zone = irodsWorld('empty');
  zone.catalogue.putCollection('/seq');
  for (const { alias, sql } of sweepQueries()) zone.catalogue.installQuery(alias, sql);
  icommands = installIcommands(zone.catalogue.folder);
  place = mkdtempSync(join(tmpdir(), 'irods-queries-'));
  logIn('seq');
  configure({ zone: 'seq', interval: 'every 1 min' });
});

afterEach(() => {
  zone.close();
  rmSync(place, { recursive: true, force: true });
});

function logIn(home: string): void {
  const known = { irods_user_name: 'srpipe', irods_zone_name: home, irods_host: 'irods.example.org', irods_port: 1247 };
  write('.irods/irods_environment.json', known);
}

function configure(config: object): void {
  write('configs/workers/IrodsRetrieval.json', config);
}

function write(path: string, content: object): void {
  const file = join(place, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, JSON.stringify(content));
}

async function queries(args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) {
  const path = [icommands, '/usr/bin', '/bin'].join(delimiter);
  const defaults = { HOME: place, PATH: path, BATON_BIN_DIR: zone.bin, IRODS_ENVIRONMENT_FILE: '' };
  return runCommand(['irods', 'queries', ...args], { ...defaults, ...environment }, place);
}

function uninstallAll(): void {
  for (const { alias } of installableQueries()) zone.catalogue.removeQuery(alias);
}

function installed(): (string | undefined)[] {
  return installableQueries().map(({ alias }) => zone.catalogue.installedText(alias));
}

const ours = installableQueries().map(({ sql }) => sql);

describe('cookie-monster irods queries', () => {
  it(
    'prints lines that install the queries when they are pasted into a shell',
    async () => {
      uninstallAll();
      const { code, stdout, stderr } = await queries();
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout.trimEnd().split('\n')).toHaveLength(ours.length);
      const pasted = spawnSync('/bin/sh', { input: stdout, env: { PATH: icommands } });
      expect({ status: pasted.status, stderr: String(pasted.stderr) }).toEqual({ status: 0, stderr: '' });
      expect(installed()).toEqual(ours);
      const json = JSON.parse((await queries(['--json'])).stdout) as { alias: string; command: string }[];
      expect(json.map(({ command }) => command)).toEqual(stdout.trimEnd().split('\n'));
    },
    COMMAND_MS,
  );

  it(
    'refuses options that do not go together',
    async () => {
      expect(await queries(['--install', '--check'])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('both'),
      });
      expect(await queries(['--replace'])).toMatchObject({ code: 1, stderr: expect.stringContaining('--install') });
    },
    COMMAND_MS,
  );
});

describe('cookie-monster irods queries --install', () => {
  it(
    'installs what is missing, and when it is repeated changes nothing',
    async () => {
      uninstallAll();
      const [first] = installableQueries();
      if (first !== undefined) zone.catalogue.installQuery(first.alias, first.sql);
      const once = await queries(['--install']);
      expect(once).toMatchObject({ code: 0, stderr: '' });
      expect(once.stdout.match(/: installed$/gm)).toHaveLength(ours.length - 1);
      expect(once.stdout).toContain('dataModifiedPartial: was there already');
      expect(installed()).toEqual(ours);
      const again = await queries(['--install']);
      expect(again.stdout.match(/: was there already$/gm)).toHaveLength(ours.length);
    },
    COMMAND_MS,
  );

  it(
    'refuses to replace other SQL, by name and before it changes anything, unless it is told to',
    async () => {
      uninstallAll();
      zone.catalogue.installQuery('metadataModifiedPartial', OTHER);
      const refused = await queries(['--install']);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toContain('--replace');
      expect(refused.stderr).toContain(`metadataModifiedPartial: ${OTHER}`);
      expect(installed()).toEqual([undefined, OTHER, undefined, undefined, undefined]);
      const replaced = await queries(['--install', '--replace', '--json']);
      expect(replaced.code).toBe(0);
      expect(JSON.parse(replaced.stdout)).toEqual([
        { alias: 'dataModifiedPartial', outcome: 'installed' },
        { alias: 'metadataModifiedPartial', outcome: 'replaced' },
        { alias: 'dataModifiedIdOnly', outcome: 'installed' },
        { alias: 'metadataModifiedIdOnly', outcome: 'installed' },
        { alias: 'dataIdsInCollection', outcome: 'installed' },
      ]);
      expect(installed()).toEqual(ours);
    },
    COMMAND_MS,
  );

  it(
    'tells how what was there comes back where the new one could not be installed',
    async () => {
      zone.catalogue.installQuery('dataModifiedPartial', OTHER);
      zone.catalogue.fault('fails-with', -806_000, 1);
      const { code, stderr } = await queries(['--install', '--replace']);
      expect(code).toBe(1);
      expect(stderr).toContain('-806000');
      expect(stderr).toContain(`iadmin asq '${OTHER}' dataModifiedPartial`);
    },
    COMMAND_MS,
  );

  it(
    'says who may, where, and what else is needed',
    async () => {
      uninstallAll();
      zone.catalogue.set('user_type', 'rodsuser');
      expect((await queries(['--install'])).stderr).toMatch(/iadmin asq .*dataModifiedPartial.*rodsadmin/);
      zone.catalogue.fault('server-down', 0, 1);
      expect((await queries(['--install'])).stderr).toMatch(/iquest .*iinit.*\n.*rcConnect failure/);
      const nowhere = await queries(['--install'], { PATH: '/bin' });
      expect(nowhere).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/cannot be run.*icommands.*on the PATH/),
      });
      expect(installed()).toEqual(ours.map(() => undefined));
    },
    COMMAND_MS,
  );
});

describe('cookie-monster irods queries --check', () => {
  it(
    'tells in a line each that all is as it must be',
    async () => {
      const { code, stdout } = await queries(['--check']);
      expect(stdout.match(/^(?:warning|failed)/gm)).toBeNull();
      expect(code).toBe(0);
      const lines = stdout.trimEnd().split('\n');
      expect(lines[0]).toMatch(/^ok +baton-do: .* is version 5\.0\.1, made for 1\.0\.0 to 5\.x$/);
      expect(stdout).toMatch(/^ok +user: baton connects as srpipe#seq at irods\.example\.org:1247, says /m);
      expect(stdout).toMatch(/^ok +zone: seq, the home zone$/m);
      expect(stdout).toMatch(/^ok +connection: the server lists \/seq$/m);
      for (const { alias } of installableQueries()) {
        expect(stdout).toMatch(new RegExp(`^ok +${alias} in seq: installed`, 'm'));
        expect(stdout).toMatch(new RegExp(`^ok +${alias} runs: in \\d+\\.\\d s$`, 'm'));
      }
      expect(zone.alive()).toEqual([]);
    },
    COMMAND_MS,
  );

  it(
    'names a query that is missing, and one with other SQL, and exits 1',
    async () => {
      zone.catalogue.removeQuery('dataModifiedPartial');
      zone.catalogue.installQuery('metadataModifiedPartial', OTHER);
      const { code, stdout } = await queries(['--check']);
      expect(code).toBe(1);
      expect(stdout).toMatch(/^failed +dataModifiedPartial in seq: not installed; allowed: .*--install/m);
      expect(stdout).toMatch(/^failed +metadataModifiedPartial in seq: has other SQL; .*--replace.*; found: SELECT/m);
      expect(stdout).not.toMatch(/ModifiedPartial runs/);
    },
    COMMAND_MS,
  );

  it(
    'warns where only the query of sweeps is missing',
    async () => {
      zone.catalogue.removeQuery('dataIdsInCollection');
      const { code, stdout } = await queries(['--check']);
      expect(stdout).toMatch(/^warning +dataIdsInCollection in seq: not installed; .*sweeps do not recognise renamed/m);
      expect(stdout).not.toMatch(/dataIdsInCollection runs/);
      expect(code).toBe(0);
    },
    COMMAND_MS,
  );

  it(
    'looks in the home zone too where another zone is asked',
    async () => {
      for (const { alias, sql } of installableQueries()) zone.catalogue.installQuery(alias, sql, 'other');
      zone.catalogue.removeQuery('dataModifiedIdOnly', 'seq');
      zone.catalogue.putCollection('/other');
      configure({ zone: 'other' });
      const { code, stdout } = await queries(['--check', '--json']);
      expect(code).toBe(1);
      const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: { check: string; state: string }[] };
      const state = (name: string) => checks.find(({ check }) => check === name)?.state;
      expect([ok, state('dataModifiedPartial in other'), state('dataModifiedPartial in seq')]).toEqual([
        false,
        'ok',
        'ok',
      ]);
      expect([state('dataModifiedIdOnly in other'), state('dataModifiedIdOnly in seq')]).toEqual(['ok', 'failed']);
      expect([state('dataModifiedPartial runs'), state('dataModifiedIdOnly runs')]).toEqual(['ok', undefined]);
    },
    COMMAND_MS,
  );

  it(
    'says that the login fails, that baton is missing, and that the configuration is wrong',
    async () => {
      zone.catalogue.fault('login-fails', -826_000);
      const refused = await queries(['--check']);
      expect(refused).toMatchObject({ code: 1, stdout: expect.stringMatching(/^failed +connection: .*-826000/m) });
      const missing = await queries(['--check'], { BATON_BIN_DIR: place });
      expect(missing).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/^failed +baton-do: .*cannot be run.*BATON_BIN_DIR/m),
      });
      configure({ zone: 5 });
      expect(await queries(['--check'])).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/IrodsRetrieval.json.*zone/),
      });
    },
    COMMAND_MS,
  );

  it(
    'checks the zone that it is given, and says what cannot be told',
    async () => {
      rmSync(join(place, '.irods'), { recursive: true });
      rmSync(join(place, 'configs/workers/IrodsRetrieval.json'));
      const { code, stdout } = await queries(['--check', '--zone', 'seq']);
      expect(stdout).toMatch(/^warning +user: cannot be told: there is no .*irods_environment\.json$/m);
      expect(stdout).toMatch(/^warning +zone: seq is asked; whether it is the home zone cannot be told$/m);
      expect(stdout).toMatch(/^ok +dataModifiedPartial in the home zone: installed/m);
      expect(code).toBe(0);
      const variables = { IRODS_USER_NAME: 'mercury', IRODS_ZONE_NAME: 'seq' };
      expect((await queries(['--check'], variables)).stdout).toMatch(/baton connects as mercury#seq, says/);
    },
    COMMAND_MS,
  );
});
