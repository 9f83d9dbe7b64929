import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OpenJar, openJar } from '../../../cookiejar/open-jar.ts';
import { size } from '../../support/jar-contract.ts';

const ENTRY = fileURLToPath(new URL('../../../dist/embedded/jar/main.js', import.meta.url));

let folder: string;
let children: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cookie-monster-process-'));
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

function start(...args: string[]): ChildProcess {
  if (!existsSync(ENTRY)) throw new Error(`${ENTRY} is missing: run \`npm run build\``);
  const child = spawn(process.execPath, [ENTRY, ...args]);
  children.push(child);
  return child;
}

async function startReady(port = 0): Promise<{ child: ChildProcess; port: number }> {
  const child = start('--folder', folder, '--port', String(port));
  const lines: unknown[] = await once(child.stdout ?? child, 'data');
  const ready: unknown = JSON.parse(String(lines[0]));
  expect(ready).toEqual({ ready: true, port: expect.any(Number) });
  return { child, port: (ready as { port: number }).port };
}

async function exitCode(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null) return child.exitCode;
  const [code]: unknown[] = await once(child, 'exit');
  return code;
}

async function openAt(port: number): Promise<OpenJar> {
  return openJar({ url: `http://127.0.0.1:${port}`, database: 'jar' });
}

describe('the process of the embedded jar', () => {
  it('serves a jar, and ends when its input closes', async () => {
    const { child, port } = await startReady();
    const { jar, close } = await openAt(port);
    await jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
    await close();
    child.stdin?.end();
    expect(await exitCode(child)).toBe(0);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends on %s', async (signal) => {
    const { child } = await startReady();
    child.kill(signal);
    expect(await exitCode(child)).toBe(0);
  });

  it('says in one line that its port is taken, and exits with 3', async () => {
    const { port } = await startReady();
    const other = await mkdtemp(join(tmpdir(), 'cookie-monster-process-'));
    const child = start('--folder', other, '--port', String(port));
    const said: unknown[] = await once(child.stderr ?? child, 'data');
    expect(String(said[0])).toMatch(new RegExp(`^[^\n]*${port}[^\n]*taken[^\n]*\n$`));
    expect(await exitCode(child)).toBe(3);
    await rm(other, { recursive: true });
  });

  it('refuses a folder that another process has open, and bad arguments', async () => {
    const { port } = await startReady();
    await (await openAt(port)).close();
    const second = start('--folder', folder, '--port', '0');
    const said: unknown[] = await once(second.stderr ?? second, 'data');
    expect(String(said[0])).toContain(folder);
    expect(await exitCode(second)).toBe(1);
    expect(await exitCode(start('--port', 'x'))).toBe(1);
  });

  it('has lost nothing that it acknowledged when it is killed hard while written to, and its clients go on', async () => {
    const { child, port } = await startReady();
    const { jar, close } = await openAt(port);
    const acknowledged = new Set<string>();
    const writes = Promise.all(
      Array.from({ length: 300 }, async (_, n) => {
        const identifier = `/${n % 100}`;
        for (let m = 0; m < 3; m++) {
          const one = size(n * 10 + m, n * 10 + m);
          await jar.enrich([{ identifier, enrichments: [one] }]);
          acknowledged.add(one.timestamp);
          if (acknowledged.size === 200) child.kill('SIGKILL');
        }
      }),
    );
    await exitCode(child);
    await startReady(port);
    await writes;
    const opened = await jar.open(Array.from({ length: 100 }, (_, n) => `/${n}`));
    const found = opened.flatMap(({ cookie }) => [...cookie.enrichments].map(({ timestamp }) => timestamp));
    expect(found).toHaveLength(900);
    expect(new Set(found)).toEqual(acknowledged);
    await close();
  });
});
