import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, type ConfigProblem } from '../../configs/errors.ts';
import { loadSettings } from '../../configs/load-settings.ts';

const FILE = join('configs', 'cookie-monster.json');
const VALUE = /a value: "text", a number, true, false, null, \[\.\.\.\] or \{\.\.\.\}/;

let cwd: string;

beforeAll(() => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), 'bad-config-')));
  mkdirSync(join(cwd, 'configs'));
});

afterEach(() => {
  rmSync(join(cwd, FILE), { recursive: true, force: true });
  // A good file is taken after every bad one.
  writeFileSync(join(cwd, FILE), '{"rules": {"rounds": 7}}');
  expect(loadSettings({}, cwd).rules.rounds).toBe(7);
  rmSync(join(cwd, FILE));
});

afterAll(() => rmSync(cwd, { recursive: true }));

/** The one problem of a configuration. */
function onlyProblem(env: Record<string, string> = {}): ConfigProblem {
  const problems = allProblems(env);
  expect(problems).toHaveLength(1);
  const [problem] = problems;
  if (problem === undefined) throw new Error('it was taken');
  return problem;
}

function allProblems(env: Record<string, string> = {}): readonly ConfigProblem[] {
  try {
    loadSettings(env, cwd);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

function save(content: string | Buffer): void {
  writeFileSync(join(cwd, FILE), content);
}

describe('a cookie-monster.json that is no JSON', () => {
  it.each<[string, string | Buffer, [number, number], RegExp, RegExp]>([
    ['an empty file', '', [1, 1], /the end of the file/, VALUE],
    ['white space alone', ' \n\t\n', [3, 1], /the end of the file/, VALUE],
    ['a word', 'hello', [1, 1], /^"h"$/, VALUE],
    ['NaN', '{"rules": {"rounds": NaN}}', [1, 22], /^"N"$/, VALUE],
    ['Infinity', '{"rules": {"rounds": -Infinity}}', [1, 22], /^"-"$/, VALUE],
    ['a number beyond all', '{"context": {"a": 1e999}}', [1, 19], /^a larger number$/, /a number of at most 1\.79/],
    ['a negative number beyond all', '{"context": {"a": -1e999}}', [1, 19], /^a larger number$/, /a number of at most/],
    ['a number with a leading zero', '{"context": {"a": 007}}', [1, 20], /^"0"$/, /"," or "}"/],
    ['a hexadecimal number', '{"context": {"a": 0x10}}', [1, 20], /^"x"$/, /"," or "}"/],
    ['a number with a plus', '{"context": {"a": +1}}', [1, 19], /^"\+"$/, VALUE],
    ['a trailing comma', '{"rules": {},}', [1, 14], /"}"/, /a key in double quotes/],
    ['a comma too much in a list', '{"context": {"a": [1,,2]}}', [1, 22], /^","$/, VALUE],
    ['a missing comma', '{"rules": {} "worker": {}}', [1, 14], /^"\\""$/, /"," or "}"/],
    ['a missing colon', '{"rules" {}}', [1, 10], /^"{"$/, /":" after the key/],
    ['a key without quotes', '{rules: {}}', [1, 2], /^"r"$/, /a key in double quotes/],
    ['a key in single quotes', `{'rules': {}}`, [1, 2], /^"'"$/, /a key in double quotes/],
    ['a comment', '{\n  // rules\n}', [2, 3], /^"\/"$/, /a key in double quotes/],
    ['a string that does not end', '{"context": {"a": "b}}', [1, 19], /^"\\""$/, /closing quote/],
    ['a line break in a string', '{"context": {"a": "b\nc"}}', [1, 19], /^"\\""$/, /on one line/],
    ['a control character in a string', '{"context": {"a": "b\u0001"}}', [1, 19], /^"\\""$/, /valid escapes/],
    ['an unknown escape', String.raw`{"context": {"a": "\x41"}}`, [1, 19], /^"\\""$/, /valid escapes/],
    ['half an escape', String.raw`{"context": {"a": "\u00"}}`, [1, 19], /^"\\""$/, /valid escapes/],
    ['half a surrogate pair', String.raw`{"context": {"a": "\ud83d"}}`, [1, 19], /^"\\""$/, /well-formed Unicode/],
    [
      'half a surrogate pair in a key',
      String.raw`{"context": {"\udc00": 1}}`,
      [1, 14],
      /^"\\""$/,
      /well-formed Unicode/,
    ],
    ['a file cut off', '{"rules": {"rounds": 5', [1, 23], /the end of the file/, /"," or "}"/],
    ['two values', '{} {}', [1, 4], /^"{"$/, /nothing more after the value/],
    ['a brace too many', '{}}', [1, 3], /"}"/, /nothing more/],
    ['a key given twice', '{"rules": {},\n "rules": {}}', [2, 2], /"rules" again/, /each key once/],
    [
      'a key given twice by an escape',
      String.raw`{"jar": {}, "j\u0061r": {}}`,
      [1, 13],
      /"jar" again/,
      /each key once/,
    ],
    ['a key named __proto__', '{"context": {"__proto__": {"a": 1}}}', [1, 14], /__proto__/, /any key but __proto__/],
    [
      '__proto__ by an escape',
      String.raw`{"context": {"__pr\u006fto__": 1}}`,
      [1, 14],
      /__proto__/,
      /any key but __proto__/,
    ],
    ['arrays 100,000 deep', `{"context": ${'['.repeat(100_000)}`, [1, 112], /^"\["$/, /at most 100 levels deep/],
    [
      'objects 100,000 deep',
      `${'{"context":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
      [1, 1101],
      /^"{"$/,
      /at most 100/,
    ],
    [
      'a string of 15 MB that does not end',
      `{"context": {"a": "${'x'.repeat(15e6)}`,
      [1, 19],
      /^"\\""$/,
      /closing quote/,
    ],
    ['two byte order marks', '\uFEFF\uFEFF{}', [1, 1], /\uFEFF/, VALUE],
  ])('is refused: %s', (_what, text, [line, column], found, allowed) => {
    save(text);
    expect(onlyProblem()).toEqual({
      file: FILE,
      path: '',
      line,
      column,
      found: expect.stringMatching(found),
      allowed: expect.stringMatching(allowed),
    });
  });

  it.each([
    ['a token without its quotes', '{"api": {"tokens": [{"token": hunter2-hunter2}]}}'],
    ['a token without its closing quote', '{"api": {"tokens": [{"token": "hunter2-hunter2}]}}'],
    ['a token without its opening quote', '{"api": {"tokens": [{"token": hunter2-hunter2"}]}}'],
    ['a comma forgotten before a token', '{"api": {"tokens": ["name" "hunter2-hunter2"]}}'],
    ['a backslash in a token', String.raw`{"api": {"tokens": ["hunter2\-hunter2\q"]}}`],
  ])('does not show what may be a secret: %s', (_what, text) => {
    save(text);
    expect(JSON.stringify(onlyProblem())).not.toMatch(/hu|er2/);
  });

  it('takes a long string, a deep value and a byte order mark', () => {
    const deep = `${'['.repeat(98)}1${']'.repeat(98)}`;
    save(`\uFEFF{"context": {"long": "${String.raw`\n`.repeat(5e6)}", "deep": ${deep}}}`);
    expect(loadSettings({}, cwd).context['long']).toHaveLength(5e6);
  });
});

describe('a cookie-monster.json that is no file of text', () => {
  it.each<[string, (path: string) => void, RegExp, RegExp]>([
    ['a folder in its place', (path) => mkdirSync(path), /a folder/, /a file/],
    ['a link to nothing', (path) => symlinkSync(`${path}.none`, path), /a link to nothing/, /a file, or a link to one/],
    ['a link to itself', (path) => symlinkSync(path, path), /ELOOP/, /a readable file/],
    ['a link to a device', (path) => symlinkSync('/dev/zero', path), /a pipe or device/, /a file/],
    ['a pipe that nobody writes to', (path) => execFileSync('mkfifo', [path]), /a pipe or device/, /a file/],
    ['text in UTF-16', (path) => writeFileSync(path, '\uFEFF{}', 'utf16le'), /UTF-16/, /text in UTF-8/],
    ['UTF-16 without a mark', (path) => writeFileSync(path, '{"rules":{}}', 'utf16le'), /NUL bytes, .*UTF-16/, /UTF-8/],
    ['text in Latin-1', (path) => writeFileSync(path, '{"context":{"a":"ä"}}', 'latin1'), /no UTF-8/, /text in UTF-8/],
    ['a NUL', (path) => writeFileSync(path, '{}\0'), /NUL/, /text in UTF-8/],
    ['a file of 2 GB', (path) => grow(path, 2 ** 31), /2147483648 bytes/, /at most 16777216 bytes/],
  ])('is refused: %s', (_what, make, found, allowed) => {
    make(join(cwd, FILE));
    expect(onlyProblem()).toEqual({
      file: FILE,
      path: '',
      found: expect.stringMatching(found),
      allowed: expect.stringMatching(allowed),
    });
  });

  it('is refused where it may not be read', () => {
    save('{}');
    chmodSync(join(cwd, FILE), 0);
    // Root may read everything.
    if (process.getuid?.() !== 0) expect(onlyProblem().found).toMatch(/EACCES/);
  });
});

describe('a cookie-monster.json that says what nobody can do', () => {
  const DURATION = /number and a unit \(ms, s, min, h, d\)/;
  const SIZE = /whole number and a unit \(B, kB/;
  it.each<[string, string, string, string | RegExp, RegExp]>([
    ['a list', '[]', '', 'an array', /a JSON object/],
    ['null', 'null', '', 'null', /a JSON object/],
    ['a text', '"x"', '', 'a string', /a JSON object/],
    ['an unknown section', '{"rule": {}}', 'rule', 'an unknown key', /did you mean rules\? one of context, rules/],
    [
      'an unknown key',
      '{"rules": {"ruleTimeOut": "5 s"}}',
      'rules.ruleTimeOut',
      'an unknown key',
      /did you mean ruleTimeout\?/,
    ],
    [
      'a key unlike any',
      '{"rules": {"zzzzzzzzz": 1}}',
      'rules.zzzzzzzzz',
      'an unknown key',
      /^one of rounds, ruleTimeout/,
    ],
    ['constructor as a key', '{"constructor": {}}', 'constructor', 'an unknown key', /one of context/],
    [
      'hasOwnProperty as a key',
      '{"worker": {"hasOwnProperty": 1}}',
      'worker.hasOwnProperty',
      'an unknown key',
      /one of slots/,
    ],
    ['an unknown key of 1 MB', `{"${'k'.repeat(1e6)}": 1}`, `${'k'.repeat(79)}…`, 'an unknown key', /^one of context/],
    ['a section that is a list', '{"rules": []}', 'rules', '[]', /object/],
    ['a section that is null', '{"worker": null}', 'worker', 'null', /object/],
    ['a section that is a number', '{"deliveries": 5}', 'deliveries', '5', /object/],
    ['a context that is a list', '{"context": []}', 'context', '[]', /an object of your own settings/],
    [
      'a duration without a unit',
      '{"rules": {"ruleTimeout": 5}}',
      'rules.ruleTimeout',
      '5',
      /a bare number does not say its unit/,
    ],
    ['a duration in words', '{"rules": {"ruleTimeout": "soon"}}', 'rules.ruleTimeout', '"soon"', DURATION],
    ['an empty duration', '{"rules": {"ruleTimeout": ""}}', 'rules.ruleTimeout', '""', DURATION],
    ['a negative duration', '{"rules": {"loaderTimeout": "-5 s"}}', 'rules.loaderTimeout', '"-5 s"', DURATION],
    ['no duration at all', '{"rules": {"loaderTimeout": "0 s"}}', 'rules.loaderTimeout', '"0 s"', /from 1 ms/],
    [
      'a duration that no timer takes',
      '{"deliveries": {"timeout": "25 d"}}',
      'deliveries.timeout',
      '"25 d"',
      /to 24 d/,
    ],
    [
      'a duration beyond all',
      `{"deliveries": {"backoff": "${'9'.repeat(400)} s"}}`,
      'deliveries.backoff',
      /^"999+…$/,
      DURATION,
    ],
    ['half a millisecond', '{"deliveries": {"backoff": "0.5 ms"}}', 'deliveries.backoff', '"0.5 ms"', DURATION],
    ['a duration in weeks', '{"deliveries": {"backoff": "1 week"}}', 'deliveries.backoff', '"1 week"', DURATION],
    ['a duration as a list', '{"irods": {"timeout": ["5 s"]}}', 'irods.timeout', '["5 s"]', DURATION],
    ['a duration as null', '{"irods": {"timeout": null}}', 'irods.timeout', 'null', DURATION],
    ['Arabic digits', '{"irods": {"timeout": "٥ s"}}', 'irods.timeout', '"٥ s"', DURATION],
    ['too long a batch', '{"worker": {"jarBatch": "1 min"}}', 'worker.jarBatch', '"1 min"', /to 10 s/],
    ['a size without a unit', '{"api": {"bodyLimit": 1000}}', 'api.bodyLimit', '1000', SIZE],
    ['a size with a unit nobody knows', '{"api": {"bodyLimit": "10 mb"}}', 'api.bodyLimit', '"10 mb"', SIZE],
    ['a size of nothing', '{"api": {"bodyLimit": "0 B"}}', 'api.bodyLimit', '"0 B"', SIZE],
    ['half a size', '{"api": {"bodyLimit": "1.5 MiB"}}', 'api.bodyLimit', '"1.5 MiB"', SIZE],
    ['too large a size', '{"api": {"bodyLimit": "2 GiB"}}', 'api.bodyLimit', '"2 GiB"', /at most 1073741824 B/],
    ['a size beyond all', `{"periodic": {"memory": "${'9'.repeat(30)} GiB"}}`, 'periodic.memory', /999/, /at most/],
    ['a size as an object', '{"periodic": {"memory": {}}}', 'periodic.memory', '{}', SIZE],
    ['no rounds', '{"rules": {"rounds": 0}}', 'rules.rounds', '0', /a whole number from 1 to 1000000/],
    ['negative rounds', '{"rules": {"rounds": -1}}', 'rules.rounds', '-1', /a whole number from 1/],
    ['half a round', '{"rules": {"rounds": 1.5}}', 'rules.rounds', '1.5', /a whole number/],
    ['rounds as text', '{"rules": {"rounds": "5"}}', 'rules.rounds', '"5"', /a whole number/],
    ['too many rounds', '{"rules": {"rounds": 1e300}}', 'rules.rounds', '1e+300', /to 1000000/],
    [
      'rounds beyond safe numbers',
      '{"rules": {"rounds": 9007199254740993}}',
      'rules.rounds',
      /9007199254740992/,
      /to 1000000/,
    ],
    ['attempts as true', '{"deliveries": {"attempts": true}}', 'deliveries.attempts', 'true', /a whole number/],
    ['no attempts', '{"deliveries": {"attempts": 0}}', 'deliveries.attempts', '0', /from 1/],
    ['a thread too few', '{"worker": {"threads": 0}}', 'worker.threads', '0', /from 1 to 1024/],
    ['a million slots', '{"worker": {"slots": 1000000}}', 'worker.slots', '1000000', /from 1 to 10000/],
    [
      'a rate of nothing',
      '{"jar": {"maxRequestsPerSecond": 0}}',
      'jar.maxRequestsPerSecond',
      '0',
      /from 0.001 to 1000000/,
    ],
    [
      'a negative rate',
      '{"jar": {"maxRequestsPerSecond": -5}}',
      'jar.maxRequestsPerSecond',
      '-5',
      /from 0.001 to 1000000/,
    ],
    [
      'a rate of years',
      '{"jar": {"maxRequestsPerSecond": 1e-300}}',
      'jar.maxRequestsPerSecond',
      '1e-300',
      /from 0.001/,
    ],
    ['a rate without end', '{"api": {"maxRequestsPerSecond": 1e300}}', 'api.maxRequestsPerSecond', '1e+300', /1000000/],
    [
      'a rate as text',
      '{"jar": {"maxRequestsPerSecond": "fast"}}',
      'jar.maxRequestsPerSecond',
      '"fast"',
      /a number from 0.001 to 1000000/,
    ],
    ['no processes', '{"irods": {"processes": 0}}', 'irods.processes', '0', /from 1 to 1024/],
  ])('is refused: %s', (_what, text, path, found, allowed) => {
    save(text);
    expect(onlyProblem()).toEqual({
      file: FILE,
      path,
      found: typeof found === 'string' ? found : expect.stringMatching(found),
      allowed: expect.stringMatching(allowed),
    });
  });

  it('names all of its faults at once, but no more than anybody reads', () => {
    save('{"rules": {"rounds": 0, "x": 1}, "worker": {"slots": "a"}, "y": 2}');
    expect(allProblems().map(({ path }) => path)).toEqual(
      expect.arrayContaining(['rules.rounds', 'rules.x', 'worker.slots', 'y']),
    );
    save(`{${Array.from({ length: 100_000 }, (_, n) => `"k${n}": 1`).join()}}`);
    expect(allProblems()).toHaveLength(50);
  });
});

describe('an environment that says what nobody can do', () => {
  it.each<[string, string, RegExp, RegExp]>([
    ['PORT', '65536', /"65536"/, /a whole number from 0 \(any free one\) to 65535/],
    ['PORT', '-1', /"-1"/, /a port/],
    ['PORT', '5000.5', /"5000.5"/, /a port/],
    ['PORT', '0x1388', /0x1388/, /a port/],
    ['PORT', ' 5000', /" 5000"/, /a port/],
    ['PORT', '5e3', /5e3/, /a port/],
    ['COOKIE_MONSTER_JAR_PORT', 'five', /"five"/, /a port/],
    ['COOKIE_MONSTER_TEMPORAL_PORT', '99999', /99999/, /a port/],
    ['COOKIE_MONSTER_TEMPORAL_UI_PORT', '١', /١/, /a port/],
    ['COUCHDB_URL', 'localhost:5984', /localhost/, /an http:\/\/ or https:\/\/ address/],
    ['COUCHDB_URL', 'ftp://localhost', /ftp/, /an http/],
    ['COUCHDB_URL', 'http://', /http/, /an http/],
    ['COUCHDB_URL', 'http://host:5984/?x', /\?x/, /without \? and #/],
    ['COUCHDB_URL', 'http://host:5984/#', /#/, /without \? and #/],
    ['COUCHDB_URL', 'http://host:99999', /99999/, /an http/],
    ['COUCHDB_URL', 'http://%zz:x@host', /@host/, /a % in its credentials is written %25/],
    ['COUCHDB_DATABASE', 'Cookies', /"Cookies"/, /a CouchDB database name/],
    ['COUCHDB_DATABASE', '../x', /"..\/x"/, /a CouchDB database name/],
    ['COUCHDB_DATABASE', '_users', /_users/, /beginning with a letter/],
    ['COUCHDB_DATABASE', 'a b', /a b/, /lower-case letters/],
    ['COOKIE_MONSTER_CONFIG', '/no/such/folder', /\/no\/such\/folder/, /an existing folder/],
    ['COOKIE_MONSTER_RULES', '/dev/null', /\/dev\/null/, /an existing folder/],
    ['COOKIE_MONSTER_WORKERS', 'x'.repeat(5000), /xxx/, /an existing folder/],
    ['COOKIE_MONSTER_RULES', '/proc/self/environ/x', /environ/, /an existing folder/],
  ])('is refused: %s=%.40s', (variable, value, found, allowed) => {
    expect(onlyProblem({ [variable]: value })).toEqual({
      file: 'environment',
      path: variable,
      found: expect.stringMatching(found),
      allowed: expect.stringMatching(allowed),
    });
  });

  it.each([
    ['COUCHDB_USER', { COUCHDB_URL: 'http://h', COUCHDB_PASSWORD: 'p' }],
    ['COUCHDB_PASSWORD', { COUCHDB_URL: 'http://h', COUCHDB_USER: 'u' }],
  ])('is refused where %s alone is missing', (path, env) => {
    expect(onlyProblem(env)).toMatchObject({ path, found: 'nothing', allowed: expect.stringMatching(/together/) });
  });

  it.each([
    'ftp://admin:hunter2@host',
    'admin:hunter2@host:5984',
    'http://admin:hun/ter2@host',
    'http://admin:hunter2@host:99999',
    'http://admin:hunt@er2@[host',
    'http://%zz:hunter2@host',
  ])('tells nobody the password of an address that is refused: %s', (address) => {
    const { found } = onlyProblem({ COUCHDB_URL: address });
    expect(found).toContain('[redacted]@');
    expect(found).not.toMatch(/hun|ter2|er2/);
  });
});

function grow(path: string, bytes: number): void {
  writeFileSync(path, '');
  truncateSync(path, bytes);
}
