import type { Alternative } from './alternatives.ts';
import { DAY, type Day, dayNumber, dayOf, HOUR, MINUTE } from './clock.ts';
import { includes } from './ranges.ts';
import type { Windows } from './windows.ts';
import type { ClockTime } from './zone.ts';

/** No window is longer than a leap year. */
const LONGEST_DAYS = 366;

/** Whether a run is due at once where nothing ran before: a window and its gate are open. */
export function isOpen({ recurrence, gate }: Alternative, face: ClockTime & { readonly weekday: number }): boolean {
  const second = face.hour * HOUR + face.minute * MINUTE + face.second;
  if (!includes(gate(face), second)) return false;
  return recurrence.kind === 'every' || isInWindow(recurrence.windows, face, second);
}

function isInWindow(windows: Windows, today: Day, second: number): boolean {
  const number = dayNumber(today.year, today.month, today.date);
  for (let back = 0; back <= LONGEST_DAYS; back++) {
    const at = second + back * DAY;
    const last = windows(dayOf(number - back)).findLast(({ from }) => from <= at);
    if (last !== undefined) return at < last.to;
  }
  return false;
}
