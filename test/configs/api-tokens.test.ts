import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../configs/errors.ts';
import { loadSettings } from '../../configs/load-settings.ts';

const TOKEN = 'a-token-of-the-tests';
const OTHER = 'another-token-of-the-tests';
const FILE = join('configs', 'cookie-monster.json');

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cookie-monster-tokens-'));
  mkdirSync(join(cwd, 'configs'));
});

afterEach(() => {
  rmSync(cwd, { recursive: true });
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function load(tokens: readonly object[], env: Readonly<Record<string, string>> = {}) {
  writeFileSync(join(cwd, FILE), JSON.stringify({ api: { tokens } }));
  return loadSettings(env, cwd).api;
}

function refusal(tokens: readonly object[], env: Readonly<Record<string, string>> = {}): string {
  try {
    load(tokens, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the tokens were taken');
}

const reader = (source: object) => ({ name: 'dashboards', access: 'read', ...source });

describe('a token of the API', () => {
  it('is kept as its digest, with its name and what it may do', () => {
    expect(load([reader({ token: TOKEN })])).toMatchObject({
      token: TOKEN,
      tokens: [{ name: 'dashboards', access: 'read', sha256: sha256(TOKEN) }],
    });
  });

  it('may be given as its digest, so that no file holds it', () => {
    const { tokens, token } = load([reader({ token: `sha256:${sha256(TOKEN)}` })]);
    expect(tokens).toEqual([{ name: 'dashboards', access: 'read', sha256: sha256(TOKEN) }]);
    expect(token).toBeUndefined();
  });

  it('may lie in a variable or in a file of its own, relative to the config folder', () => {
    writeFileSync(join(cwd, 'configs', 'token'), `${OTHER}\n`);
    const entries = [reader({ token: 'env:DASHBOARDS' }), { name: 'ingest', access: 'write', tokenFile: 'token' }];
    expect(load(entries, { DASHBOARDS: TOKEN }).tokens).toEqual([
      { name: 'dashboards', access: 'read', sha256: sha256(TOKEN) },
      { name: 'ingest', access: 'write', sha256: sha256(OTHER) },
    ]);
  });

  it('of the environment is called default, comes first and may do everything', () => {
    const env = { COOKIE_MONSTER_API_TOKEN: `sha256:${sha256(OTHER)}` };
    expect(load([reader({ token: TOKEN })], env)).toMatchObject({
      token: TOKEN,
      tokens: [
        { name: 'default', access: 'write', sha256: sha256(OTHER) },
        { name: 'dashboards', access: 'read' },
      ],
    });
  });

  it.each([
    ['too short', reader({ token: 'fifteen-letters' }), /api\.tokens\[0\]\.token: found \[redacted\]; .*16 or more/],
    ['with a space', reader({ token: `${TOKEN} ${OTHER}` }), /visible ASCII characters without spaces/],
    ['a digest of the wrong length', reader({ token: 'sha256:0123456789abcdef' }), /64 hexadecimal digits/],
    ['without a token', reader({}), /either "token" or "tokenFile"/],
    ['with two', reader({ token: TOKEN, tokenFile: 'x' }), /either "token" or "tokenFile"/],
    ['with a name for everybody', { ...reader({ token: TOKEN }), name: 'default' }, /COOKIE_MONSTER_API_TOKEN/],
    ['with a name that breaks log lines', { ...reader({ token: TOKEN }), name: 'a\nb' }, /1 to 64 letters/],
    ['that may do anything', { ...reader({ token: TOKEN }), access: 'admin' }, /"read", "write"/],
    ['with a misspelt key', reader({ tokn: TOKEN }), /did you mean token\?/],
    ['in a variable that is not set', reader({ token: 'env:NOWHERE' }), /found nothing in .*variable NOWHERE/],
    ['in a file that is missing', reader({ tokenFile: 'nowhere' }), /found nothing in .*nowhere; allowed: 16 or more/],
  ])('is refused %s', (_, entry, message) => {
    const text = refusal([entry]);
    expect(text).toMatch(message);
    expect(text).not.toContain(TOKEN);
  });

  it('is refused where the variable or the file holds none, and not repeated', () => {
    writeFileSync(join(cwd, 'configs', 'token'), 'two words of some length');
    const text = refusal([reader({ token: 'env:T' }), { name: 'b', access: 'read', tokenFile: 'token' }], {
      T: 'brief',
    });
    expect(text).toMatch(/api\.tokens\[0\]: found \[redacted\] in the environment variable T/);
    expect(text).toMatch(/api\.tokens\[1\]: found \[redacted\] in .*token/);
    expect(text).not.toMatch(/brief|two words/);
  });

  it('is refused where a pipe stands in place of its file, rather than waited for', () => {
    execFileSync('mkfifo', [join(cwd, 'configs', 'pipe')]);
    expect(refusal([reader({ tokenFile: 'pipe' })])).toMatch(/found nothing in .*pipe; allowed: 16 or more/);
  });

  it('has a name and a text that no other has', () => {
    const again = { ...reader({ token: OTHER }) };
    expect(refusal([reader({ token: TOKEN }), again])).toMatch(/api\.tokens\[1\]: found the name "dashboards" again/);
    const digest = { name: 'b', access: 'write', token: `sha256:${sha256(TOKEN)}` };
    expect(refusal([reader({ token: TOKEN }), digest])).toMatch(/the same token as that of "dashboards"/);
    expect(refusal([reader({ token: TOKEN })], { COOKIE_MONSTER_API_TOKEN: TOKEN })).toMatch(/that of "default"/);
  });

  it('in the environment is refused where it is too short, and not repeated', () => {
    const text = refusal([], { COOKIE_MONSTER_API_TOKEN: 'brief' });
    expect(text).toMatch(/COOKIE_MONSTER_API_TOKEN: found \[redacted\]; allowed: 16 or more/);
    expect(text).not.toContain('brief');
  });
});
