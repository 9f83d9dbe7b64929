import { pino } from 'pino';
import { Lifetime, runUntilSignal } from '../../cli/lifetime.ts';

const NEVER = new Promise<never>(() => {});

function withLog() {
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line) => void lines.push(line) });
  return { lines, log, lifetime: new Lifetime(log) };
}

describe('Lifetime', () => {
  it('closes what was opened in the opposite order, each when the one before it is closed', async () => {
    const { lifetime } = withLog();
    const steps: string[] = [];
    for (const name of ['server', 'connection', 'worker']) {
      lifetime.add(name, async () => {
        steps.push(`closing ${name}`);
        await new Promise(setImmediate);
        steps.push(`closed ${name}`);
      });
    }
    await lifetime.close();
    const expected = ['worker', 'connection', 'server'].flatMap((name) => [`closing ${name}`, `closed ${name}`]);
    expect(steps).toEqual(expected);
  });

  it('closes the rest though one fails to close, and says which', async () => {
    const { lifetime, lines } = withLog();
    let closed = false;
    lifetime.add('the jar', () => {
      closed = true;
    });
    lifetime.add('the worker', () => {
      throw new Error('still busy');
    });
    await lifetime.close();
    expect(closed).toBe(true);
    expect(lines.join('')).toMatch(/still busy.*could not close the worker/);
  });

  it('closes nothing twice', async () => {
    const { lifetime } = withLog();
    let closed = 0;
    lifetime.add('it', () => void closed++);
    await Promise.all([lifetime.close(), lifetime.close()]);
    await lifetime.close();
    expect(closed).toBe(1);
  });
});

describe('runUntilSignal', () => {
  it('closes everything and answers 0 at a signal', async () => {
    const { lifetime, log } = withLog();
    let closed = false;
    lifetime.add('it', () => {
      closed = true;
    });
    const code = runUntilSignal(lifetime, log, NEVER);
    process.emit('SIGTERM');
    expect(await code).toBe(0);
    expect(closed).toBe(true);
  });

  it('does not wait for what hangs once there is a second signal', async () => {
    const { lifetime, log, lines } = withLog();
    const closing = new Promise<void>((resolve) => {
      lifetime.add('what hangs', async () => {
        resolve();
        return NEVER;
      });
    });
    const code = runUntilSignal(lifetime, log, NEVER);
    process.emit('SIGINT');
    await closing;
    process.emit('SIGINT');
    expect(await code).toBe(0);
    expect(lines.join('')).toContain('not everything was closed in time');
  });

  it('closes everything before it passes on what serving failed with', async () => {
    const { lifetime, log } = withLog();
    let closed = false;
    lifetime.add('it', () => {
      closed = true;
    });
    await expect(runUntilSignal(lifetime, log, Promise.reject(new Error('port taken')))).rejects.toThrow('port taken');
    expect(closed).toBe(true);
  });

  it('takes no failure for one that closing itself causes', async () => {
    const { lifetime, log } = withLog();
    let fail: (error: Error) => void = () => {};
    const serving = new Promise<never>((_, reject) => {
      fail = reject;
    });
    lifetime.add('the server', () => fail(new Error('connection closed')));
    const code = runUntilSignal(lifetime, log, serving);
    process.emit('SIGINT');
    expect(await code).toBe(0);
  });
});
