import type { ScheduleSpec } from '@temporalio/client';
import { clockTime, DAY, HOUR } from './clock.ts';
import { nextRuns } from './next-runs.ts';
import { Zone } from './zone.ts';

const AHEAD = 366 * DAY;
const MOST_CHANGES = 2;

/** What becomes of a spec's runs where the zone's clocks change within a year, in words for people. */
export function clockChanges(spec: ScheduleSpec, now: Date): string[] {
  const zone = new Zone(spec.timezone ?? 'UTC');
  const texts: string[] = [];
  const start = Math.floor(now.getTime() / 1000);
  let at: number | undefined = start;
  for (let count = 0; count < MOST_CHANGES; count++) {
    at = zone.nextChange(at, start + AHEAD - at);
    if (at === undefined) break;
    texts.push(...aroundChange(spec, zone, at));
  }
  return texts;
}

function aroundChange(spec: ScheduleSpec, zone: Zone, change: number): string[] {
  const [before, after] = [change + zone.offset(change - 1), change + zone.offset(change)];
  const [from, to] = [Math.min(before, after), Math.max(before, after)];
  const times = `clock times from ${clockTime(from % DAY)} to ${clockTime(to % DAY)}`;
  const place = `on ${new Date(from * 1000).toISOString().slice(0, 10)} in ${spec.timezone ?? 'UTC'}`;
  if (after > before)
    return isDue(spec, from, to) ? [`${times} do not exist ${place}: what is due then does not run`] : [];
  // The server repeats the hour itself, or in zones east of Greenwich the one before it.
  if (!isDue(spec, from - HOUR, to)) return [];
  return [`${times} come twice ${place}: what is due then, or in the hour before, may run twice or not at all`];
}

/** Whether the calendars match a face of the clock. */
function isDue({ calendars, cronExpressions, skip }: ScheduleSpec, from: number, to: number): boolean {
  const parts = { ...(calendars && { calendars }), ...(cronExpressions && { cronExpressions }), ...(skip && { skip }) };
  const [next] = nextRuns({ ...parts, timezone: 'UTC' }, new Date((from - 1) * 1000), 1);
  return next !== undefined && next.getTime() < to * 1000;
}
