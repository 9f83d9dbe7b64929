import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startJarServer } from '../../embedded/jar/server.ts';
import { type RunningCommand, runCommand, startCommand } from '../support/command.ts';
import { until } from '../support/ground.ts';
import { loaderOn, receiverOf } from '../support/rule-texts.ts';
import { ruleSource } from '../support/rules-folder.ts';
import { startCouchdbGate } from './couchdb-gate.ts';

/** What is searched for: nothing else in the world holds it. */
const MARK = 'sEcReT-of-the-tests';
const SECRETS = {
  couchdb: `couchdb-${MARK}`,
  temporal: `temporal-${MARK}`,
  token: `default-token-${MARK}`,
  reader: `reader-token-${MARK}`,
  context: `context-${MARK}`,
  guess: `guess-${MARK}`,
};

const FILES: Readonly<Record<string, string>> = {
  'rules/every.rule.ts': ruleSource('every'),
  'rules/throws.rule.ts': ruleSource('throws', '(() => { throw new Error("on purpose"); })()'),
  'rules/fails.loader.ts': loaderOn({ id: 'fails', needs: 'seen', body: 'throw new Error("on purpose");' }),
  'rules/fails.receiver.ts': receiverOf('fails', 'every', 'throw new Error("on purpose");'),
  'rules/throws.worker.ts': `import { PeriodicWorker } from 'cookie-monster';
    export class Throws extends PeriodicWorker { async callback() { throw new Error('on purpose'); } }`,
  'configs/workers/Throws.json': '{"interval": "hourly"}',
  'configs/cookie-monster.json': JSON.stringify({
    context: { password: SECRETS.context },
    rules: { loaderAttempts: 1 },
    deliveries: { attempts: 2, backoff: '10 ms' },
    api: { tokens: [{ name: 'reader', access: 'read', token: SECRETS.reader }] },
  }),
};

/** A folder in which an installation is kept; gone after the test. */
async function place(): Promise<{ path: string } & AsyncDisposable> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'cookie-monster-secrets-')));
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return { path, [Symbol.asyncDispose]: async () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Paths below a folder of files that hold the mark, whatever kind of file. */
function filesWithMark(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return names
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path).includes(MARK));
}

function argumentsOf(command: RunningCommand): string[] {
  return command.tree().map(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
}

async function readyLine(command: RunningCommand): Promise<{ api: string; temporal: string }> {
  await command.says('"msg":"ready"', 90_000);
  const line = command.output.stderr.split('\n').find((one) => one.includes('"msg":"ready"')) ?? '{}';
  return JSON.parse(line) as { api: string; temporal: string };
}

describe('a secret', () => {
  it('turns up in no log, process list, history, document or answer, whatever fails', async () => {
    await using home = await place();
    const jar = await startJarServer({ folder: join(home.path, 'couch'), port: 0 });
    await using gate = await startCouchdbGate({ url: jar.url, credentials: `joe:${SECRETS.couchdb}` });
    const environment = {
      COUCHDB_URL: gate.url.replace('//', `//joe:${SECRETS.couchdb}@`),
      TEMPORAL_API_KEY: SECRETS.temporal,
      TEMPORAL_TLS: 'false',
      COOKIE_MONSTER_API_TOKEN: SECRETS.token,
      COOKIE_MONSTER_TEMPORAL_PORT: '0',
      COOKIE_MONSTER_TEMPORAL_UI_PORT: '0',
      PORT: '0',
    };
    const shown: string[] = [];
    {
      await using command = startCommand(['start'], environment, home.path);
      const { api, temporal } = await readyLine(command);
      shown.push(...argumentsOf(command));

      const ask = async (path: string, token: string, body?: unknown, withinMs = 60_000) => {
        const response = await fetch(`${api}${path}`, {
          method: body === undefined ? 'GET' : 'POST',
          signal: AbortSignal.timeout(withinMs),
          headers: {
            accept: 'application/json',
            authorization: `Bearer ${token}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        shown.push(`${path}: ${JSON.stringify([...response.headers])} ${text}`);
        return { status: response.status, text };
      };

      const push = { identifier: '/data/1', enrichments: [{ source: 'seen', metadata: {} }] };
      expect((await ask('/cookiejar', SECRETS.guess, push)).status).toBe(401);
      expect((await ask('/cookiejar', SECRETS.reader, push)).status).toBe(403);
      expect((await ask('/cookiejar', SECRETS.token, push)).status).toBe(200);
      await ask('/schedules/Throws/trigger', SECRETS.token, {});
      await until(
        async () => (await ask('/notifications?status=dead', SECRETS.reader)).text.includes('on purpose'),
        'a dead letter',
        60_000,
      );

      await writeFile(join(home.path, 'rules', 'broken.rule.ts'), 'export default (;');
      await until(
        async () => (await ask('/rules', SECRETS.reader)).text.includes('broken.rule.ts'),
        'the broken file',
        60_000,
      );

      // The jar fails in every way that it has, while it is asked.
      for (const answer of [
        { status: 500 },
        { status: 401 },
        { status: 403 },
        { status: 302, headers: { location: '/' } },
      ]) {
        gate.answer = answer;
        // The API waits through outages for longer than a test should.
        await ask('/cookiejar/data/1', SECRETS.reader, undefined, 2000).catch(() => {});
        await ask('/readyz', SECRETS.reader);
        await ask('/cookiejar', SECRETS.token, { ...push, identifier: '/data/2' }, 2000).catch(() => {});
      }
      gate.answer = undefined;
      await until(async () => (await ask('/readyz', SECRETS.reader)).status === 200, 'the jar to be back', 60_000);
      const start = JSON.parse((await ask('/', SECRETS.reader)).text) as { routes: Record<string, string> };
      for (const route of Object.keys(start.routes).filter((one) => /^GET [^<]*$/.test(one))) {
        await ask(route.slice('GET '.length).replace('=p', '=/data/1'), SECRETS.reader);
      }

      const client = new Client({ connection: await Connection.connect({ address: temporal }) });
      for await (const { workflowId, runId } of client.workflow.list()) {
        const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
        shown.push(JSON.stringify(events, (_, value: unknown) => decoded(value)));
      }
      await client.connection.close();
      const documents = await fetch(`${jar.url}/cookie-monster/_all_docs?include_docs=true`);
      shown.push(await documents.text());
      command.signal('SIGTERM');
      await command.exit;
      shown.push(command.output.stdout, command.output.stderr);
    }
    const refused = await runCommand(
      ['start'],
      { ...environment, COUCHDB_URL: gate.url, COUCHDB_USER: 'joe', COUCHDB_PASSWORD: SECRETS.guess },
      home.path,
    );
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/401/) });
    shown.push(refused.stderr, refused.stdout);
    await jar.close();

    expect(shown.length).toBeGreaterThan(40);
    expect(shown.join('\n')).toContain('/data/1');
    expect(shown.filter((text) => text.includes(MARK))).toEqual([]);
    expect(filesWithMark(home.path)).toEqual([join(home.path, 'configs', 'cookie-monster.json')]);
  }, 240_000);
});

/** Payloads of histories are bytes. */
function decoded(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('type' in value) || !('data' in value)) return value;
  return value.type === 'Buffer' && Array.isArray(value.data) ? Buffer.from(value.data as number[]).toString() : value;
}
