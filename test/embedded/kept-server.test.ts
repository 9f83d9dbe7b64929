import { join } from 'node:path';
import { ServerStartError } from '../../embedded/errors.ts';
import { type KeptServerOptions, keepRunning } from '../../embedded/kept-server.ts';
import { allGone, namesIn, recorded, removeFolder, scratchFolder, silent } from './scratch.ts';

const STAND_IN = join(import.meta.dirname, 'fixtures', 'stand-in-server.mjs');
const RESTARTS = { deaths: 3, withinMs: 60_000, backoffMs: 10 };

describe('a server that is kept running', () => {
  let folder: string;

  beforeEach(() => {
    folder = scratchFolder();
  });

  afterEach(() => removeFolder(folder));

  it('is started again when it dies', async () => {
    const server = await keepRunning(options('obedient'));
    const first = await recorded(folder, 'server', 'stand-in');
    process.kill(first.pid, 'SIGKILL');
    await allGone([first]);
    const second = await recorded(folder, 'server', 'stand-in');
    expect(second).not.toEqual(first);
    await server.stop();
    await allGone([second]);
  });

  it('is given up when it dies too often in a short time', async () => {
    let starts = 0;
    const ready = async () => {
      if (++starts === 1) return;
      await new Promise(() => {});
    };
    const server = await keepRunning({ ...options('dies'), ready });
    expect(await server.exited).toEqual({ name: 'stand-in', code: 7 });
    expect(starts).toBe(RESTARTS.deaths);
    await server.stop();
  });

  it('fails to start with its exit code and the end of its log', async () => {
    const start = keepRunning({ ...options('dies'), ready: async () => new Promise(() => {}) });
    await expect(start).rejects.toThrow(ServerStartError);
    await expect(start).rejects.toThrow(/stand-in did not start: it ended with exit code 7; .*\nstand-in dies$/);
  });

  it('is ended when it runs but does not become ready', async () => {
    const start = keepRunning({ ...options('obedient'), ready: async () => failOnceRecorded() });
    await expect(start).rejects.toThrow('stand-in did not start: wrong answer');
  });

  it('stays down when it is stopped while waiting to be started again', async () => {
    const server = await keepRunning({ ...options('obedient'), restarts: { ...RESTARTS, backoffMs: 600_000 } });
    const first = await recorded(folder, 'server', 'stand-in');
    process.kill(first.pid, 'SIGKILL');
    await allGone([first]);
    await server.stop();
    expect(namesIn(folder)).toEqual(['log']);
  });

  async function failOnceRecorded(): Promise<void> {
    await recorded(folder, 'server', 'stand-in');
    throw new Error('wrong answer');
  }

  function options(kind: string): KeptServerOptions {
    return {
      name: 'stand-in',
      command: process.execPath,
      args: [STAND_IN, kind],
      processes: folder,
      logFile: join(folder, 'log'),
      readStdout: false,
      ready: async () => {},
      logger: silent,
      restarts: RESTARTS,
    };
  }
});
