import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../configs/errors.ts';
import { loadSettings } from '../../configs/load-settings.ts';

let cwd: string;

beforeEach(() => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), 'receivers-')));
});

afterEach(() => rmSync(cwd, { recursive: true }));

function receiversFrom(receivers: unknown) {
  mkdirSync(join(cwd, 'configs'), { recursive: true });
  writeFileSync(join(cwd, 'configs', 'cookie-monster.json'), JSON.stringify({ deliveries: { receivers } }));
  return loadSettings({}, cwd).deliveries.receivers;
}

function problemOf(receivers: unknown): string {
  try {
    receiversFrom(receivers);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'none';
}

describe('deliveries.receivers', () => {
  it('are none by default', () => {
    expect(loadSettings({}, cwd).deliveries.receivers).toEqual({});
  });

  it('say for each receiver what differs, in numbers', () => {
    const receivers = {
      tickets: {
        attempts: 12,
        backoff: '2 s',
        maximumInterval: '1 h',
        maxPerSecond: 0.5,
        flood: { notifications: 100, within: '10 min' },
      },
      'mail/to: all': { digestWindow: '15 min' },
      plain: {},
    };
    expect(receiversFrom(receivers)).toEqual({
      tickets: {
        attempts: 12,
        backoffMs: 2_000,
        maximumIntervalMs: 3_600_000,
        maxPerSecond: 0.5,
        flood: { notifications: 100, withinMs: 600_000 },
      },
      'mail/to: all': { digestWindowMs: 900_000 },
      plain: {},
    });
  });

  it.each([
    [{ lab: { attempts: 0 } }, 'attempts'],
    [{ lab: { backoff: 5 } }, 'backoff'],
    [{ lab: { maxPerSecond: 0 } }, 'a number from 0.001 to 1000000'],
    [{ lab: { flood: { notifications: 1001, within: '1 min' } } }, 'a whole number from 1 to 1000'],
    [{ lab: { flood: { notifications: 5 } } }, 'within'],
    [{ lab: { flood: 5 } }, 'flood'],
    [{ lab: { digestWindow: '30 d' } }, 'digestWindow'],
    [{ lab: { retries: 5 } }, 'retries'],
    [{ lab: 5 }, 'lab'],
    [[], 'an object of receivers by their ids'],
  ])('are refused where they are %j', (receivers, place) => {
    expect(problemOf(receivers)).toContain(place);
  });
});
