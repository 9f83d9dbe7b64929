import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimilarSource } from '../../api/dependencies.ts';
import { type RunningApi, startApi } from '../../api/serve.ts';
import { apiToken } from '../api/api-token.ts';
import { untouchedBut } from '../api/untouched.ts';
import { runCommand } from '../support/command.ts';
import { startTestJar } from '../support/jar.ts';
import { cookiePath, limit, threshold } from '../../cli/commands/similar.ts';
import { openGround } from '../similarity/analysis-ground.ts';

const TS = '2026-01-05T06:00:00.000Z';
const SIMILAR = [
  { identifier: '/b', measurements: { ssdeep_similarity: 97, attribute_similarity: 33.33 }, ts: TS },
  { identifier: '/c', measurements: { attribute_similarity: 71.5 }, ts: TS },
];

/** Nobody listens there: port 9 is for throwing things away. */
const NOBODY = { PORT: '9' };

describe('cookie-monster similar', () => {
  let place: string;
  const open: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    place = await realpath(await mkdtemp(join(tmpdir(), 'cookie-monster-similar-')));
  });

  afterEach(async () => {
    for (const close of open.splice(0)) await close();
    await rm(place, { recursive: true, force: true });
  });

  /** An API that knows some cookies, and what it was asked. */
  async function serve(known: Readonly<Record<string, typeof SIMILAR>>, tokens: string[] = []) {
    const asked: [string, { threshold: number; limit: number }][] = [];
    const similarTo: SimilarSource['similarTo'] = async (identifier, options) => {
      asked.push([identifier, options]);
      const similar = known[identifier];
      const family = { name: '/b', size: 3000, members: ['/b'] };
      return similar && { similar, ...(similar.length === 0 ? {} : { family }) };
    };
    const { jar, similar } = untouchedBut({});
    const fetch = async () => undefined;
    const dependencies = untouchedBut({ jar: { ...jar, fetch }, similar: { ...similar, similarTo } });
    const api: RunningApi = await startApi(dependencies, { port: 0, tokens: tokens.map((token) => apiToken(token)) });
    open.push(async () => api.close());
    return { asked, environment: { PORT: new URL(api.url).port } };
  }

  const run = async (args: readonly string[], environment: Readonly<Record<string, string>>) =>
    runCommand(['similar', ...args], environment, place);

  it('lists what the running installation answers, best first, and the family', async () => {
    const { environment, asked } = await serve({ '/a': SIMILAR });
    const { code, stdout, stderr } = await run(['/a', '--threshold', '70.5', '--limit', '2'], environment);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      '/a is one of the 3000 of the family of /b',
      '    97  /b  (ssdeep_similarity 97, attribute_similarity 33.33)',
      '  71.5  /c  (attribute_similarity 71.5)',
      '',
    ]);
    expect(asked).toEqual([['/a', { threshold: 70.5, limit: 2 }]]);
    const json = await run(['/a', '--json'], environment);
    expect(JSON.parse(json.stdout)).toMatchObject({ identifier: '/a', family: { size: 3000 }, similar: SIMILAR });
  }, 60_000);

  it('says so where nothing is similar, and exits 0', async () => {
    const { environment } = await serve({ '/a': [] });
    expect(await run(['/a'], environment)).toEqual({ code: 0, stdout: 'nothing is similar to /a\n', stderr: '' });
    const { stdout } = await run(['/a', '--threshold', '100'], environment);
    expect(stdout).toBe('nothing is similar to /a above 100\n');
  }, 60_000);

  it('says why a cookie is not known, and exits 1', async () => {
    const { environment } = await serve({});
    const { code, stdout, stderr } = await run(['/a'], environment);
    expect([code, stdout, stderr]).toEqual([1, '', 'the jar has no cookie "/a"\n']);
    const json = await run(['/a', '--json'], environment);
    expect([json.code, JSON.parse(json.stdout)]).toEqual([
      1,
      { identifier: '/a', error: 'the jar has no cookie "/a"' },
    ]);
  }, 60_000);

  it('takes the path of a file for its absolute path, where that is what is known', async () => {
    await mkdir(join(place, 'data'));
    await writeFile(join(place, 'data', 'a.txt'), 'a');
    await symlink(join(place, 'data'), join(place, 'link'));
    const file = join(place, 'data', 'a.txt');
    const { environment, asked } = await serve({ [file]: SIMILAR });
    expect((await run(['data/a.txt'], environment)).code).toBe(0);
    expect((await run(['link/../link/a.txt'], environment)).code).toBe(0);
    expect((await run(['data/missing.txt'], environment)).code).toBe(1);
    expect(asked.map(([identifier]) => identifier)).toEqual([
      'data/a.txt',
      file,
      'link/../link/a.txt',
      join(place, 'link', 'a.txt'),
      file,
      'data/missing.txt',
    ]);
  }, 60_000);

  it('brings the token, and says so where it is another', async () => {
    const { environment } = await serve({ '/a': [] }, ['crumbs-for-everybody']);
    expect((await run(['/a'], { ...environment, COOKIE_MONSTER_API_TOKEN: 'crumbs-for-everybody' })).code).toBe(0);
    const { code, stderr } = await run(['/a'], environment);
    expect(code).toBe(1);
    expect(stderr).toMatch(/wants another token: set COOKIE_MONSTER_API_TOKEN/);
  }, 60_000);

  it('reads the jar that the environment names where no installation runs', async () => {
    const server = await startTestJar();
    open.push(async () => server.stop());
    const database = server.newDatabase();
    const ground = await openGround({ ...server, newDatabase: () => database });
    open.push(async () => ground.close());
    const ssdeep = '96:aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789:zYxWvUtSrQpOnM';
    for (const identifier of ['/a', '/c']) await ground.tell(identifier, { ssdeep });
    await ground.analyse();
    await ground.tell('/late', { ssdeep });
    const environment = { ...NOBODY, COUCHDB_URL: server.url, COUCHDB_DATABASE: database };
    const known = await run(['/a'], environment);
    expect(known).toMatchObject({ code: 0, stderr: '' });
    expect(known.stdout).toMatch(
      /^\/a is one of the 2 of the family of \/[ac]\n +100  \/c  \(ssdeep_similarity 100\)\n$/,
    );
    const late = await run(['/late'], environment);
    expect(late).toMatchObject({ code: 1, stderr: expect.stringContaining('does not know "/late"') });
    const unknown = await run(['/b'], environment);
    expect(unknown).toMatchObject({ code: 1, stderr: 'the jar has no cookie "/b"\n' });
  }, 60_000);

  it('says what to set where neither is there, or somebody else is', async () => {
    const other: Server = createServer((_, response) => response.end('hello'));
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve);
    });
    open.push(
      async () =>
        new Promise((resolve) => {
          other.close(() => resolve());
        }),
    );
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '0';
    for (const environment of [NOBODY, { PORT: port }]) {
      const { code, stderr } = await run(['/a'], environment);
      expect(code).toBe(1);
      expect(stderr).toMatch(/no Cookie Monster answers on port \d+ of 127\.0\.0\.1: .*COUCHDB_URL/);
    }
  }, 60_000);

  it('exits 2 where it is misused', async () => {
    for (const args of [[], ['/a', '--limit', '0']]) {
      const { code, stdout, stderr } = await run(args, NOBODY);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^error: .*(path|limit)/);
    }
  }, 60_000);
});

describe('what is typed after cookie-monster similar', () => {
  it.each(['', '-1', '101', '100.1', '1e1', 'high', ' 5', '0x10'])('is no threshold: %p', (text) => {
    expect(() => threshold(text)).toThrow('a number from 0 to 100');
  });

  it.each(['', '0', '1001', '1.5', '-3', 'all'])('is no limit: %p', (text) => {
    expect(() => limit(text)).toThrow('a whole number from 1 to 1000');
  });

  it('is no cookie: nothing, or more than an identifier may have', () => {
    expect(() => cookiePath('')).toThrow('empty');
    expect(() => cookiePath('x'.repeat(4097))).toThrow('4097 bytes');
  });

  it('is taken', () => {
    expect([threshold('0'), threshold('100'), threshold('99.5')]).toEqual([0, 100, 99.5]);
    expect([limit('1'), limit('1000'), cookiePath('a b')]).toEqual([1, 1000, 'a b']);
  });
});
