import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { composeFile } from './compose-file.ts';
import { readProjectFile, ROOT } from './project-files.ts';

const run = promisify(execFile);

/** Instructions in order, continued lines joined, comments left out. */
const instructions = readProjectFile('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '');

function argumentsOf(instruction: string): string[] {
  return instructions
    .filter((line) => line.startsWith(`${instruction} `))
    .map((line) => line.slice(instruction.length + 1));
}

function execForm(text = ''): string[] {
  return z.array(z.string()).parse(JSON.parse(text.slice(text.indexOf('['))));
}

describe('Dockerfile', () => {
  it('starts from a pinned Node of the major version that package.json asks for, on glibc', () => {
    const [first = '', ...others] = argumentsOf('FROM');
    const { engines } = z
      .object({ engines: z.object({ node: z.string() }) })
      .parse(JSON.parse(readProjectFile('package.json')));
    const major = /\d+/.exec(engines.node)?.[0];
    expect(first).toMatch(new RegExp(`^node:${major}\\.\\d+\\.\\d+-bookworm-slim AS base$`));
    for (const stage of others) expect(stage).toMatch(/^base\b/);
  });

  it('copies only what the checkout has', () => {
    const sources = argumentsOf('COPY')
      .filter((text) => !text.startsWith('--from') && !text.startsWith('.'))
      .flatMap((text) => text.split(' ').slice(0, -1));
    expect(sources).not.toEqual([]);
    for (const source of sources)
      expect({ source, exists: existsSync(join(ROOT, source)) }).toEqual({ source, exists: true });
  });

  it('sends no secrets and nothing installed on this machine to the build', () => {
    const ignored = readProjectFile('.dockerignore').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.env', '.git', 'node_modules', 'dist', '.cookie-monster']));
  });

  it('sends everything to the build that it copies or builds from', () => {
    const ignored = readProjectFile('.dockerignore').split('\n');
    const { include } = z
      .object({ include: z.array(z.string()) })
      .parse(JSON.parse(readProjectFile('tsconfig.build.json')));
    const needed = [
      ...include,
      'scripts',
      'bin',
      'configs',
      'rules',
      'package.json',
      'package-lock.json',
      '.npmrc',
      'LICENSE',
    ];
    expect(ignored.filter((entry) => needed.includes(entry))).toEqual([]);
  });

  it('runs as a user that is not root', () => {
    expect(argumentsOf('USER')).toEqual(['1000:1000']);
  });

  it('runs Node itself as process 1, with the same commands as docker-compose.yml', () => {
    expect(execForm(argumentsOf('ENTRYPOINT')[0])).toEqual(['node', 'bin/cookie-monster.js']);
    const { services } = composeFile(
      new Map(['COUCHDB_PASSWORD', 'POSTGRES_PASSWORD', 'COOKIE_MONSTER_API_TOKEN'].map((name) => [name, 'secret'])),
    );
    expect(services['api']?.command).toEqual(execForm(argumentsOf('CMD')[0]));
    expect(services['worker']?.command).toEqual(['worker']);
  });

  it.each([
    { status: 200, healthy: true },
    { status: 503, healthy: false },
  ])('calls the container healthy: $healthy, when /healthz answers $status', async ({ status, healthy }) => {
    const asked: (string | undefined)[] = [];
    const server = createServer(({ url, headers }, response) => {
      asked.push(`${url} ${headers.accept}`);
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    expect(await isHealthy(portOf(server))).toBe(healthy);
    server.close();
    expect(asked).toEqual(['/healthz application/json']);
  });

  it('calls the container unhealthy when nothing listens', async () => {
    expect(await isHealthy(1)).toBe(false);
  });
});

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return address.port;
}

async function isHealthy(port: number): Promise<boolean> {
  const [, ...rest] = execForm(argumentsOf('HEALTHCHECK')[0]);
  try {
    await run(process.execPath, rest, { env: { ...process.env, PORT: String(port) } });
    return true;
  } catch {
    return false;
  }
}
