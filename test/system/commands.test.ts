import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isAlive } from '../../embedded/process-identity.ts';
import { createRemoteWake } from '../../workflows/client/wake.ts';
import { runCommand, type RunningCommand, startCommand } from '../support/command.ts';
import { layTestGround, until } from '../support/ground.ts';
import { linesOf, loaderOn } from '../support/rule-texts.ts';
import { ruleSource } from '../support/rules-folder.ts';
import { enrichment } from '../support/system.ts';

/** Nobody listens there: port 9 is for throwing things away. */
const NOWHERE = { TEMPORAL_ADDRESS: '127.0.0.1:9', COUCHDB_URL: 'http://127.0.0.1:9' };

const FREE_PORTS = {
  COOKIE_MONSTER_TEMPORAL_PORT: '0',
  COOKIE_MONSTER_TEMPORAL_UI_PORT: '0',
  COOKIE_MONSTER_JAR_PORT: '0',
  PORT: '0',
};

/** A folder in which somebody keeps a Cookie Monster; gone after the test. */
async function placeWith(files: Readonly<Record<string, string>>): Promise<{ path: string } & AsyncDisposable> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'cookie-monster-place-')));
  for (const [name, text] of Object.entries({ 'rules/one.rule.ts': ruleSource('one'), ...files })) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return { path, [Symbol.asyncDispose]: async () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A port that somebody else listens on. */
async function takenPort(): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

describe('cookie-monster rules check', () => {
  it('lists what a good folder defines and exits 0', async () => {
    await using place = await placeWith({ 'rules/sub/two.loader.ts': loaderOn({ id: 'two', needs: 'seen' }) });
    const { code, stdout, stderr } = await runCommand(['rules', 'check'], {}, place.path);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/rule +one \(one\.rule\.ts/);
    expect(stdout).toMatch(/loader +two \(sub\/two\.loader\.ts, priority 0\)/);
    expect(stdout).toMatch(/2 definitions, rulebook [0-9a-f]{12}/);
  }, 30_000);

  it('names file, line and reason of everything that is wrong and exits 1', async () => {
    await using place = await placeWith({
      'elsewhere/bad.rule.ts': `import { defineRule } from 'cookie-monster';\n\nexport default (;\n`,
      'elsewhere/worse.rule.ts': `export default {{{\n`,
    });
    const { code, stdout, stderr } = await runCommand(['rules', 'check', 'elsewhere'], {}, place.path);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^bad\.rule\.ts:3:\d+: .+/m);
    expect(stderr).toMatch(/^worse\.rule\.ts:1:\d+: .+/m);
  }, 30_000);

  it('names a folder that is not there and exits 1', async () => {
    await using place = await placeWith({});
    const { code, stderr } = await runCommand(['rules', 'check', 'nowhere'], {}, place.path);
    expect(code).toBe(1);
    expect(stderr).toContain('nowhere');
  }, 30_000);
});

describe('cookie-monster', () => {
  it.each(['worker', 'api'])(
    '%s without addresses names the variables that are missing',
    async (command) => {
      await using place = await placeWith({});
      const { code, stderr } = await runCommand([command], {}, place.path);
      expect(code).toBe(1);
      expect(stderr).toContain('TEMPORAL_ADDRESS and COUCHDB_URL must be set');
      const { COUCHDB_URL } = NOWHERE;
      expect((await runCommand([command], { COUCHDB_URL }, place.path)).stderr).toMatch(
        /: TEMPORAL_ADDRESS must be set/,
      );
    },
    30_000,
  );

  it('tells all problems of the configuration at once, each with its place, and exits 1', async () => {
    await using place = await placeWith({
      'configs/cookie-monster.json': JSON.stringify({
        rules: { rounds: 0, ruleTimeout: 'soon' },
        deliverys: {},
      }),
    });
    const { code, stderr } = await runCommand(['start'], { PORT: 'eighty' }, place.path);
    expect(code).toBe(1);
    for (const problem of [/PORT.*eighty/, /rounds.*0/, /ruleTimeout.*soon/, /deliverys/]) {
      expect(stderr).toMatch(problem);
    }
    expect(stderr).toContain('configs/cookie-monster.json');
  }, 30_000);

  it('refuses to serve everybody without a token', async () => {
    await using ground = await layTestGround({ rules: {} });
    const open = { ...ground.environment, HOST: '0.0.0.0' };
    const { code, stderr } = await runCommand(['api'], open, ground.folder.base);
    expect(code).toBe(1);
    expect(stderr).toMatch(/0\.0\.0\.0.*COOKIE_MONSTER_API_TOKEN/);
    await using served = startCommand(
      ['api'],
      { ...open, COOKIE_MONSTER_API_TOKEN: 'crumbs-for-everybody' },
      ground.folder.base,
    );
    await served.says('API listens');
  }, 30_000);

  it('names the variable of a port that is taken, and starts nothing', async () => {
    await using taken = await takenPort();
    await using ground = await layTestGround({ rules: {} });
    const api = await runCommand(['api'], { ...ground.environment, PORT: String(taken.port) }, ground.folder.base);
    expect(api.code).toBe(1);
    expect(api.stderr).toMatch(new RegExp(`port ${taken.port} .* is taken: set PORT`));

    await using place = await placeWith({});
    const environment = { ...FREE_PORTS, COOKIE_MONSTER_JAR_PORT: String(taken.port) };
    const start = await runCommand(['start'], environment, place.path);
    expect(start.code).toBe(1);
    expect(start.stderr).toMatch(new RegExp(`port ${taken.port} .* is taken .*set COOKIE_MONSTER_JAR_PORT`));
  }, 60_000);

  it('start refuses a home that is in use, and leaves no process behind when it is told to end', async () => {
    await using place = await placeWith({});
    await using first = startCommand(['start'], FREE_PORTS, place.path);
    await first.says('"msg":"ready"', 60_000);
    const second = await runCommand(['start'], FREE_PORTS, place.path);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`is in use by process ${first.pid}`);
    expect(second.stderr).toContain('COOKIE_MONSTER_HOME');

    const tree = first.tree();
    expect(tree.length).toBeGreaterThanOrEqual(5);
    first.signal('SIGTERM');
    expect(await first.exit).toBe(0);
    expect(tree.filter(isAlive)).toEqual([]);
  }, 90_000);

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'worker exits 0 within ten seconds of %s, work under way',
    async (signal) => {
      const hanging = 'note(context.home + "/begun", cookie.identifier); await sleep(600_000);';
      await using ground = await layTestGround({
        rules: { 'slow.loader.ts': loaderOn({ id: 'slow', needs: 'seen', body: hanging }) },
      });
      await using worker = startCommand(['worker'], ground.environment, ground.folder.base);
      await worker.says('worker ready');
      await ground.store.jar.enrich([{ identifier: '/data/slow', enrichments: [enrichment('seen')] }]);
      await createRemoteWake(ground.client)('/data/slow', 'enriched');
      await until(async () => (await linesOf(join(ground.folder.home, 'begun'))).length > 0, 'the loader to begin');
      worker.signal(signal);
      await until(() => worker.ended, 'the worker to end', 10_000);
      expect(await worker.exit).toBe(0);
    },
    60_000,
  );

  it('start ends with its servers within ten seconds, work under way, and goes on with it when started again', async () => {
    const body = 'note(context.home + "/begun", cookie.identifier); if (context.config.hangs) await sleep(600_000);';
    await using place = await placeWith({
      'rules/slow.loader.ts': loaderOn({ id: 'slow', needs: 'seen', body }),
      'configs/cookie-monster.json': JSON.stringify({ context: { hangs: true } }),
    });
    const begun = join(place.path, '.cookie-monster', 'begun');
    await using first = startCommand(['start'], FREE_PORTS, place.path);
    const pushed = await ask(await apiOf(first), 'POST', '/cookiejar', {
      identifier: '/data/slow',
      enrichments: [enrichment('seen')],
    });
    expect(pushed.status).toBe(200);
    await until(async () => (await linesOf(begun)).length > 0, 'the loader to begin');
    const tree = first.tree();
    first.signal('SIGTERM');
    await until(() => first.ended, 'everything to end', 10_000);
    expect(await first.exit).toBe(0);
    expect(tree.filter(isAlive)).toEqual([]);

    await writeFile(join(place.path, 'configs', 'cookie-monster.json'), '{}');
    await using second = startCommand(['start'], FREE_PORTS, place.path);
    const api = await apiOf(second);
    await until(async () => {
      const { text } = await ask(api, 'GET', '/cookiejar?identifier=/data/slow');
      return text.includes('"source":"slow"');
    }, 'the enrichment');
  }, 120_000);
});

/** Where a command that starts serves its API, once it is ready. */
async function apiOf(command: RunningCommand): Promise<string> {
  await command.says('"msg":"ready"', 60_000);
  const line = command.output.stderr.split('\n').find((one) => one.includes('"msg":"ready"')) ?? '{}';
  return (JSON.parse(line) as { api: string }).api;
}

async function ask(api: string, method: string, path: string, body?: unknown) {
  const response = await fetch(`${api}${path}`, {
    method,
    headers: { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}
