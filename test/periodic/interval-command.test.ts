import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../support/command.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cookie-monster-plan-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NOW = ['--now', '2026-01-05T06:00:00Z'];

async function plan(...args: string[]) {
  return runCommand(['schedules', 'plan', ...args, ...NOW], { COOKIE_MONSTER_CONFIG: folder }, folder);
}

function write(name: string, values: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(values));
  return path;
}

describe('cookie-monster schedules plan', () => {
  it('prints the plan of an interval as JSON', async () => {
    const { code, stdout } = await plan('--interval', 'daily after 07:00', '--timezone', 'Europe/London', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      spec: { calendars: [{ second: 0, minute: 0, hour: 7 }], timezone: 'Europe/London' },
      timezone: 'Europe/London',
      exact: true,
      runsAtOnce: false,
      next: [5, 6, 7, 8, 9].map((day) => `2026-01-0${day}T07:00:00.000Z`),
      differences: [],
    });
  });

  it('exits 2 with the place and the nearest form where an interval is refused', async () => {
    const { code, stdout } = await plan('--interval', 'daily after 7', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: expect.stringContaining('a bare number'),
      position: 12,
      nearest: 'daily after 07:00',
    });
    const readable = await plan('--interval', 'daily after 7');
    expect(readable).toMatchObject({ code: 2, stdout: '' });
    expect(readable.stderr).toContain('"daily after 7"\n             ^ a bare number');
    expect(readable.stderr).toContain('nearest: "daily after 07:00"');
  });

  it('reads a config file, laid over the one for all workers', async () => {
    write('PeriodicWorker.json', { timezone: 'Asia/Tokyo', interval: 'hourly' });
    const file = write('Nightly.json', { interval: 'daily between 22:00 and 02:00', jitter: '30 s', paused: true });
    const { code, stdout } = await plan(file, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      spec: { calendars: [{ hour: 22 }], timezone: 'Asia/Tokyo', jitter: 30_000 },
      timezone: 'Asia/Tokyo',
      next: ['2026-01-05T13:00:00.000Z', expect.anything(), expect.anything(), expect.anything(), expect.anything()],
    });
    const { stdout: readable } = await plan(file);
    expect(readable).toContain('Nightly: "daily between 22:00 and 02:00" (paused)');
    expect(readable).toContain('next runs     2026-01-05T13:00:00.000Z');
  });

  it('names what is wrong with a file or an option', async () => {
    const file = write('Broken.json', { jitter: 5 });
    expect(await plan(file)).toMatchObject({ code: 1, stderr: expect.stringContaining('jitter') });
    expect(await plan(join(folder, 'Missing.json'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Missing'),
    });
    const place = await plan('--interval', 'daily', '--timezone', 'Mars');
    expect(place).toMatchObject({ code: 1, stderr: expect.stringContaining('IANA') });
  });
});
