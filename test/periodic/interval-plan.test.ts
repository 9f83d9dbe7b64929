import { planInterval } from '../../periodic/interval/plan.ts';

const NOW = new Date('2026-01-05T06:00:00Z');

describe('the plan of an interval', () => {
  it('has the spec, the zone, whether it runs at once, and the next five runs', () => {
    expect(planInterval('daily after 07:00', { timezone: 'Europe/London', now: NOW })).toEqual({
      spec: { calendars: [{ second: 0, minute: 0, hour: 7 }], timezone: 'Europe/London' },
      timezone: 'Europe/London',
      exact: true,
      runsAtOnce: false,
      next: [5, 6, 7, 8, 9].map((day) => `2026-01-0${day}T07:00:00.000Z`),
      differences: [],
    });
  });

  it('lists runs strictly after now', () => {
    const now = new Date('2026-01-05T07:00:00Z');
    const { next, runsAtOnce } = planInterval('daily after 07:00', { now });
    expect(next[0]).toBe('2026-01-06T07:00:00.000Z');
    expect(runsAtOnce).toBe(true);
  });

  it('has jitter in its spec', () => {
    expect(planInterval('hourly', { now: NOW, jitterMs: 2000 }).spec.jitter).toBe(2000);
  });

  it('says what becomes of runs where clocks change, if any are due then', () => {
    const differences = (text: string, timezone: string) => planInterval(text, { timezone, now: NOW }).differences;
    expect(differences('daily after 01:30', 'Europe/London')).toEqual([
      'clock times from 01:00 to 02:00 do not exist on 2026-03-29 in Europe/London: what is due then does not run',
      'clock times from 01:00 to 02:00 come twice on 2026-10-25 in Europe/London: what is due then, or in the hour before, may run twice or not at all',
    ]);
    expect(differences('daily after 07:00', 'Europe/London')).toEqual([]);
    expect(differences('hourly', 'Asia/Tokyo')).toEqual([]);
  });
});
