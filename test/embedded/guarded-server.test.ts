import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GuardedServer, startGuarded } from '../../embedded/guarded-server.ts';
import { allGone, eventually, namesIn, recorded, removeFolder, scratchFolder } from './scratch.ts';
import { runScript } from './script.ts';

const STAND_IN = join(import.meta.dirname, 'fixtures', 'stand-in-server.mjs');

describe('a server under its guard', () => {
  let folder: string;

  beforeEach(() => {
    folder = scratchFolder();
  });

  afterEach(() => removeFolder(folder));

  it('ends when it is stopped, and leaves neither process nor record', async () => {
    const server = start('obedient');
    const processes = await both(folder);
    await listens('obedient');
    await server.stop();
    await allGone(processes);
    expect(await server.exited).toEqual({ name: 'stand-in', code: 0 });
    expect(namesIn(folder)).toEqual(['log']);
  });

  it('is killed when it does not end although asked to', async () => {
    const server = start('stubborn');
    const processes = await both(folder);
    await listens('stubborn');
    await server.stop();
    await allGone(processes);
    expect(await server.exited).toEqual({ name: 'stand-in', signal: 'SIGKILL' });
  }, 20_000);

  it('passes on with which code it ended by itself', async () => {
    expect(await start('dies').exited).toEqual({ name: 'stand-in', code: 7 });
  });

  it('passes on that it was killed', async () => {
    const server = start('obedient');
    const [, own] = await both(folder);
    process.kill(own.pid, 'SIGKILL');
    expect(await server.exited).toEqual({ name: 'stand-in', signal: 'SIGKILL' });
  });

  it('says why when the program is not there', async () => {
    expect(await startGuarded(command(folder, '/nowhere/program', [])).exited).toEqual({ name: 'stand-in', code: 127 });
    expect(readFileSync(join(folder, 'log'), 'utf8')).toContain('cannot start /nowhere/program');
  });

  it('is ended by its parent when the guard is killed', async () => {
    const server = start('obedient');
    const [guard, own] = await both(folder);
    process.kill(guard.pid, 'SIGKILL');
    expect(await server.exited).toEqual({ name: 'stand-in', signal: 'SIGKILL' });
    await allGone([own]);
    expect(namesIn(folder)).toEqual(['log']);
  });

  it.each(['obedient', 'stubborn'])(
    'is ended by its guard when the parent is killed, also when %s',
    async (kind) => {
      const parent = runScript('guarded-parent.ts', folder, kind);
      const processes = await both(folder);
      await listens(kind);
      await parent.kill();
      await allGone(processes);
    },
    20_000,
  );

  it('is not in the process group that Ctrl-C in a terminal ends', async () => {
    const server = start('obedient');
    const groups = (await both(folder)).map(({ pid }) => groupOf(pid));
    expect(groups).not.toContain(groupOf(process.pid));
    await server.stop();
  });

  async function listens(kind: string): Promise<void> {
    await eventually('it listens to signals', () => readFileSync(join(folder, 'log'), 'utf8').includes(kind));
  }

  function start(kind: string): GuardedServer {
    return startGuarded(command(folder, process.execPath, [STAND_IN, kind]));
  }
});

async function both(folder: string) {
  return [await recorded(folder, 'guard', 'stand-in'), await recorded(folder, 'server', 'stand-in')] as const;
}

function command(folder: string, program: string, args: string[]) {
  const name = 'stand-in';
  return { name, command: program, args, processes: folder, logFile: join(folder, 'log'), readStdout: false };
}

function groupOf(pid: number): string {
  return execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).trim();
}
