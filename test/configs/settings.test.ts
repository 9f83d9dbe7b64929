import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, type ConfigProblem } from '../../configs/errors.ts';
import { packageRoot } from '../../configs/folders.ts';
import { loadSettings } from '../../configs/load-settings.ts';
import { describeSettings } from '../../configs/settings.ts';

let cwd: string;

beforeEach(() => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), 'settings-')));
});

afterEach(() => rmSync(cwd, { recursive: true }));

function writeProjectFile(text: string): void {
  mkdirSync(join(cwd, 'configs'), { recursive: true });
  writeFileSync(join(cwd, 'configs', 'cookie-monster.json'), text);
}

function problemsOf(env: Record<string, string> = {}): readonly ConfigProblem[] {
  try {
    loadSettings(env, cwd);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const FILE = join('configs', 'cookie-monster.json');

describe('settings', () => {
  it('have the documented defaults where nothing is configured', () => {
    const settings = loadSettings({}, cwd);
    expect(settings).toMatchObject({
      home: join(cwd, '.cookie-monster'),
      temporal: { namespace: 'default' },
      couchdb: { database: 'cookie-monster' },
      api: { host: '127.0.0.1', port: 5000, tokens: [] },
      embedded: { temporalPort: 7233, temporalUiPort: 8233, jarPort: 5984 },
      context: {},
      rules: { rounds: 100, ruleTimeoutMs: 5000, loaderTimeoutMs: 30_000, loaderAttempts: 5 },
      deliveries: { timeoutMs: 30_000, attempts: 20, backoffMs: 1000, maximumIntervalMs: 300_000 },
      worker: { jarBatchMs: 4, cookies: 30 },
      jar: {},
      irods: { processes: 8, timeoutMs: 60_000 },
    });
    expect(settings.temporal.address).toBeUndefined();
    expect(settings.couchdb.url).toBeUndefined();
  });

  it("are the package's own folders where the working directory has none", () => {
    const { configFolder, rulesFolder, workersFolder, workerConfigFolder } = loadSettings({}, cwd);
    const shipped = packageRoot();
    expect([configFolder, rulesFolder, workersFolder]).toEqual([
      join(shipped, 'configs'),
      join(shipped, 'rules'),
      join(shipped, 'rules'),
    ]);
    expect(workerConfigFolder).toBe(join(shipped, 'configs', 'workers'));
  });

  it("prefer the working directory's folders, and given ones to both", () => {
    for (const folder of ['configs', 'rules', 'mine']) mkdirSync(join(cwd, folder));
    expect(loadSettings({}, cwd)).toMatchObject({
      configFolder: join(cwd, 'configs'),
      rulesFolder: join(cwd, 'rules'),
      workersFolder: join(cwd, 'rules'),
    });
    expect(loadSettings({ COOKIE_MONSTER_RULES: 'mine' }, cwd)).toMatchObject({
      rulesFolder: join(cwd, 'mine'),
      workersFolder: join(cwd, 'mine'),
    });
    expect(loadSettings({ COOKIE_MONSTER_WORKERS: join(cwd, 'mine') }, cwd)).toMatchObject({
      rulesFolder: join(cwd, 'rules'),
      workersFolder: join(cwd, 'mine'),
    });
  });

  it('take from the file what it says, and defaults for the rest', () => {
    writeProjectFile('{"context": {"zone": "seq"}, "rules": {"ruleTimeout": "1.5 s"}, "api": {"bodyLimit": "2 MiB"}}');
    const settings = loadSettings({}, cwd);
    expect(settings.context).toEqual({ zone: 'seq' });
    expect(settings.rules).toMatchObject({ ruleTimeoutMs: 1500, rounds: 100 });
    expect(settings.api.bodyLimitBytes).toBe(2 * 1024 ** 2);
  });

  it('take the environment before the file', () => {
    writeProjectFile('{"api": {"tokens": [{"name": "file", "access": "read", "token": "sixteen-from-file"}]}}');
    const settings = loadSettings(
      { COOKIE_MONSTER_API_TOKEN: 'sixteen-from-environment', PORT: '0', HOST: '::1' },
      cwd,
    );
    expect(settings.api).toMatchObject({ token: 'sixteen-from-environment', port: 0, host: '::1' });
    expect(settings.api.tokens).toMatchObject([{ name: 'default' }, { name: 'file' }]);
  });

  it('count an empty variable as not set', () => {
    const settings = loadSettings({ PORT: '', COUCHDB_URL: '', TEMPORAL_ADDRESS: '', COOKIE_MONSTER_RULES: '' }, cwd);
    expect(settings.api.port).toBe(5000);
    expect(settings.couchdb.url).toBeUndefined();
    expect(settings.temporal.address).toBeUndefined();
  });

  it('take credentials out of the address of CouchDB', () => {
    const url = 'https://joe:p%40ss@couch.example:6984/';
    expect(loadSettings({ COUCHDB_URL: url }, cwd).couchdb).toEqual({
      url: 'https://couch.example:6984',
      user: 'joe',
      password: 'p@ss',
      database: 'cookie-monster',
    });
    const explicit = { COUCHDB_URL: url, COUCHDB_USER: 'ann', COUCHDB_PASSWORD: 'x' };
    expect(loadSettings(explicit, cwd).couchdb).toMatchObject({ user: 'ann', password: 'x' });
  });

  it("read Temporal's own variables and config file", () => {
    const file = join(cwd, 'temporal.toml');
    writeFileSync(file, '[profile.default]\naddress = "from-file:7233"\nnamespace = "biobank"\n');
    const fromFile = loadSettings({ TEMPORAL_CONFIG_FILE: file }, cwd).temporal;
    expect(fromFile).toMatchObject({ address: 'from-file:7233', namespace: 'biobank' });
    const over = loadSettings({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_ADDRESS: 'env:1', TEMPORAL_API_KEY: 'k' }, cwd);
    expect(over.temporal).toMatchObject({ address: 'env:1', connection: { address: 'env:1', apiKey: 'k', tls: true } });
  });

  it('reads which build a worker is, whole or not at all', () => {
    const build = { TEMPORAL_DEPLOYMENT_NAME: 'cookies', TEMPORAL_WORKER_BUILD_ID: '0.2.0' };
    expect(loadSettings(build, cwd).temporal.build).toEqual({ deploymentName: 'cookies', buildId: '0.2.0' });
    expect(() => loadSettings({ ...build, TEMPORAL_WORKER_BUILD_ID: '' }, cwd)).toThrow(/TEMPORAL_WORKER_BUILD_ID/);
    expect(() => loadSettings({ ...build, TEMPORAL_DEPLOYMENT_NAME: '' }, cwd)).toThrow(/TEMPORAL_DEPLOYMENT_NAME/);
  });

  it('cannot be changed', () => {
    writeProjectFile('{"context": {"deep": {"list": [1]}}}');
    const settings = loadSettings({}, cwd);
    expect(Object.isFrozen(settings.context['deep'])).toBe(true);
    expect(() => Object.assign(settings.rules, { rounds: 1 })).toThrow(TypeError);
  });

  it('show no secret when described', () => {
    writeProjectFile(
      '{"context": {"db": {"password": "s3"}, "url": "http://u:s4@h/"}, "api": {"tokens": [{"name": "n", "access": "read", "token": "sixteen-and-more-s5"}]}}',
    );
    const env = {
      COUCHDB_URL: 'http://joe:s1@couch:5984',
      TEMPORAL_API_KEY: 's2',
      COOKIE_MONSTER_API_TOKEN: 'sixteen-and-more-s6',
      TEMPORAL_GRPC_META_AUTHORIZATION: 's7',
    };
    const text = JSON.stringify(describeSettings(loadSettings(env, cwd)));
    expect(text).not.toMatch(/s[1-7]"|s4@/);
    expect(text).toContain('http://couch:5984');
  });
});

describe('broken settings', () => {
  it.each([
    ['{"rules": {"ruleTimeout": 5}}', 'rules.ruleTimeout', '5', /unit.*bare number/],
    ['{"rules": {"ruleTimeout": "5 parsecs"}}', 'rules.ruleTimeout', '"5 parsecs"', /ms, s, min, h, d/],
    ['{"rules": {"ruleTimeout": "0 s"}}', 'rules.ruleTimeout', '"0 s"', /from 1 ms to 24 d/],
    ['{"rules": {"loaderTimeout": "30 d"}}', 'rules.loaderTimeout', '"30 d"', /from 1 ms to 24 d/],
    ['{"rules": {"rounds": "many"}}', 'rules.rounds', '"many"', /a whole number from 1/],
    ['{"rules": {"rounds": 1.5}}', 'rules.rounds', '1.5', /a whole number from 1/],
    ['{"rules": {"rounds": 0}}', 'rules.rounds', '0', /a whole number from 1/],
    ['{"rules": []}', 'rules', '[]', /object/],
    ['{"rulez": {}}', 'rulez', 'an unknown key', /did you mean rules\?.*deliveries/],
    ['{"rules": {"loaderTimout": "1 s"}}', 'rules.loaderTimout', 'an unknown key', /did you mean loaderTimeout\?/],
    ['{"worker": {"slots": 0}}', 'worker.slots', '0', /a whole number from 1/],
    ['{"worker": {"cookies": 0}}', 'worker.cookies', '0', /a whole number from 1/],
    ['{"irods": {"maxRequestsPerSecond": 0}}', 'irods.maxRequestsPerSecond', '0', /from 0.001 to 1000000/],
    ['{"jar": {"maxRequestsPerSecond": -1}}', 'jar.maxRequestsPerSecond', '-1', /from 0.001 to 1000000/],
    ['{"api": {"bodyLimit": 100}}', 'api.bodyLimit', '100', /MiB/],
    ['{"api": {"tokens": ["sixteen-or-more-in-vain"]}}', 'api.tokens[0]', '[redacted]', /object/],
    ['{"api": {"maxRequestsPerSecond": 0}}', 'api.maxRequestsPerSecond', '0', /from 0.001 to 1000000/],
    ['{"api": {"hosts": ["a.example:5000"]}}', 'api.hosts[0]', '"a.example:5000"', /without a port/],
    ['{"api": {"hosts": ["http://a.example"]}}', 'api.hosts[0]', '"http://a.example"', /such as cookies/],
    ['{"api": {"hosts": "a.example"}}', 'api.hosts', '"a.example"', /a list/],
    ['{"context": 3}', 'context', '3', /object/],
    ['[]', '', 'an array', /object/],
  ])('%s: the problem is at %j', (text, path, found, allowed) => {
    writeProjectFile(text);
    expect(problemsOf()).toEqual([{ file: FILE, path, found, allowed: expect.stringMatching(allowed) }]);
  });

  it.each([
    ['{\n  "rules": {,}\n}', 2, 13],
    ['{"a": 1', 1, 8],
    ['', 1, 1],
    ['{"rules": {}, "rules": {}}', 1, 15],
    ['{"rules": {}}\nrest', 2, 1],
    ["{'rules': {}}", 1, 2],
    ['{"a": "line\nbreak"}', 1, 7],
    ['{"__proto__": {}}', 1, 2],
  ])('%j is no JSON at line %i, column %i', (text, line, column) => {
    writeProjectFile(text);
    expect(problemsOf()).toEqual([expect.objectContaining({ file: FILE, line, column })]);
  });

  it.each([
    ['PORT', '80a'],
    ['PORT', '65536'],
    ['COOKIE_MONSTER_JAR_PORT', '-1'],
    ['COUCHDB_URL', 'couch:5984'],
    ['COUCHDB_DATABASE', 'Upper'],
    ['COOKIE_MONSTER_CONFIG', 'nowhere'],
    ['COOKIE_MONSTER_RULES', 'nowhere'],
    ['COOKIE_MONSTER_WORKERS', 'nowhere'],
  ])('%s=%s is refused', (variable, value) => {
    expect(problemsOf({ [variable]: value })).toEqual([
      { file: 'environment', path: variable, found: expect.stringContaining(value), allowed: expect.any(String) },
    ]);
  });

  it('refuses a user without a password', () => {
    expect(problemsOf({ COUCHDB_USER: 'joe' })).toMatchObject([{ path: 'COUCHDB_PASSWORD', found: 'nothing' }]);
  });

  it("says what is wrong with Temporal's own configuration", () => {
    const file = join(cwd, 'temporal.toml');
    writeFileSync(file, 'this is no toml');
    expect(problemsOf({ TEMPORAL_CONFIG_FILE: file })).toMatchObject([{ file, path: 'TEMPORAL_*' }]);
  });

  it('are all told at once, one to a line', () => {
    writeProjectFile('{"rules": {"rounds": 0, "x": 1}, "deliveries": {"backoff": 1}}');
    expect(problemsOf({ PORT: 'x', COUCHDB_DATABASE: 'X', COOKIE_MONSTER_RULES: 'nowhere' })).toHaveLength(6);
    expect(() => loadSettings({ PORT: 'x' }, cwd)).toThrow(
      /PORT: found "x"; allowed: a port[^]*rules\.rounds: found 0/,
    );
  });
});
