import { progressions } from './progressions.ts';
import { Refusal, rephrase } from './refusal.ts';

/** What a field of a cron expression may hold. */
export interface CronFieldKind {
  readonly name: string;
  readonly min: number;
  /** 7 for days of the week, where it is Sunday, as is 0. */
  readonly max: number;
  /** Names of the values from `min` on; three letters are enough. */
  readonly names?: readonly string[];
  /** Whether Rocketry counts `a-b/n` one late in it. */
  readonly countedLate?: boolean;
}

/** A field of a cron expression. */
export interface CronField {
  /** As Temporal reads it. */
  readonly text: string;
  readonly values: readonly number[];
  /** Whether it is `*`, nothing else. */
  readonly any: boolean;
  /** What Rocketry makes of it otherwise. */
  readonly differences: readonly string[];
}

const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const DAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ');
const SUNDAY = 7;

/** The kinds of fields. */
export const CRON_FIELDS = {
  second: { name: 'second', min: 0, max: 59 },
  minute: { name: 'minute', min: 0, max: 59 },
  hour: { name: 'hour', min: 0, max: 23 },
  dayOfMonth: { name: 'day of the month', min: 1, max: 31, countedLate: true },
  month: { name: 'month', min: 1, max: 12, names: MONTHS, countedLate: true },
  dayOfWeek: { name: 'day of the week', min: 0, max: SUNDAY, names: DAYS, countedLate: true },
  year: { name: 'year', min: 2000, max: 2100 },
} as const satisfies Record<string, CronFieldKind>;

/**
 * Reads one field.
 * @throws Refusal whose alternatives are other fields
 */
export function parseCronField(kind: CronFieldKind, text: string, position: number): CronField {
  const parts: CronField[] = [];
  let at = position;
  for (const part of text.split(',')) {
    const others = text.split(',').filter((other) => other !== part);
    const place = at;
    parts.push(
      rephrase(
        () => parsePart(kind, part, place),
        (instead) => (instead === '*' ? instead : [...others, instead].join(',')),
      ),
    );
    at += part.length + 1;
  }
  return {
    text: parts.map((part) => part.text).join(','),
    values: [...new Set(parts.flatMap((part) => part.values))].toSorted((a, b) => a - b),
    any: text === '*',
    differences: [...new Set(parts.flatMap((part) => part.differences))],
  };
}

function parsePart(kind: CronFieldKind, text: string, position: number): CronField {
  const [, base = '', slash, step = '1'] = /^([^/]*)(\/(.*))?$/.exec(text) ?? [];
  if (slash !== undefined && !/^[1-9]\d{0,3}$/.test(step))
    throw new Refusal(position + base.length + 1, 'a step is a whole number from 1 on', [base === '' ? '*' : base]);
  const by = Number(step);
  if (base === '*') return everything(kind, by, slash !== undefined);
  const [, from = '', dash, to = ''] = /^([^-]*)(-(.*))?$/.exec(base) ?? [];
  const start = parseValue(kind, from, position);
  if (dash !== undefined) return range(kind, start, parseValue(kind, to, position + from.length + 1), by);
  if (slash === undefined) return single(kind, start);
  return stepped(kind, start, by);
}

function everything(kind: CronFieldKind, step: number, hasStep: boolean): CronField {
  const values = counted(kind.min, last(kind), step);
  const differences: string[] = [];
  if (kind.max === SUNDAY && step > 1)
    differences.push('*/n in the day of the week counts from Sunday here, from Monday in Rocketry');
  if (hasStep) differences.push(...dayThirtyOne(kind, values));
  return { text: hasStep ? `*/${step}` : '*', values, any: !hasStep, differences };
}

function single(kind: CronFieldKind, value: number): CronField {
  const [only = value] = asDays(kind, [value]);
  return { text: String(only), values: [only], any: false, differences: dayThirtyOne(kind, [value]) };
}

function stepped(kind: CronFieldKind, start: number, step: number): CronField {
  const values = counted(start, kind.max, step);
  const difference = `x/${step} is every ${step} from x on here, as Temporal reads it; Rocketry takes x alone, or stops`;
  return { ...listed(kind, values), differences: [difference, ...dayThirtyOne(kind, values)] };
}

function range(kind: CronFieldKind, from: number, to: number, step: number): CronField {
  const start = kind.max === SUNDAY && from === SUNDAY && to < from ? 0 : from;
  const wraps = to < start;
  const values = wraps ? wrapped(kind, start, to, step) : counted(start, to, step);
  const late = step > 1 && kind.countedLate === true;
  const differences = late
    ? [`a-b/n counts from a here; in the ${kind.name} Rocketry counts one late`, ...dayThirtyOne(kind, values)]
    : [];
  if (!wraps && to <= last(kind)) {
    return { text: `${start}-${to}${step === 1 ? '' : `/${step}`}`, values, any: false, differences };
  }
  if (wraps && step === 1) {
    const text = `${span(start, last(kind))},${span(kind.min, to)}`;
    return { text, values, any: false, differences };
  }
  return { ...listed(kind, values), differences };
}

function wrapped(kind: CronFieldKind, start: number, to: number, step: number): number[] {
  const size = last(kind) - kind.min + 1;
  return counted(start, to + size, step).map((value) => ((value - kind.min) % size) + kind.min);
}

function listed(kind: CronFieldKind, values: readonly number[]): Omit<CronField, 'differences'> {
  const days = asDays(kind, values);
  const text = progressions(days).map(({ start, end, step }) => span(start, end) + (step === 1 ? '' : `/${step}`));
  return { text: text.join(','), values: days, any: false };
}

function span(from: number, to: number): string {
  return from === to ? String(from) : `${from}-${to}`;
}

function asDays({ max }: CronFieldKind, values: readonly number[]): number[] {
  return max === SUNDAY ? values.map((value) => value % SUNDAY) : [...values];
}

function last({ max }: CronFieldKind): number {
  return max === SUNDAY ? 6 : max;
}

function counted(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

function dayThirtyOne({ max }: CronFieldKind, values: readonly number[]): string[] {
  return max === 31 && values.includes(31) ? ["day 31 in cron stops Rocketry's scheduler; here it is a day"] : [];
}

function parseValue(kind: CronFieldKind, text: string, position: number): number {
  const { name, min, max, names = [] } = kind;
  if (/^\d+$/.test(text)) {
    const value = Number(text);
    if (value >= min && value <= max) return value;
    throw new Refusal(position, `a ${name} is ${min} to ${max}`, [String(Math.min(max, Math.max(min, value)))]);
  }
  const index = names.findIndex((full) => [full, full.slice(0, 3)].includes(text.toLowerCase()));
  if (index !== -1) return index + min;
  throw notAValue(kind, text, position);
}

function notAValue({ name, names }: CronFieldKind, text: string, position: number): Refusal {
  const [special] = /[LW#?]/i.exec(text) ?? [];
  const known = names === undefined ? 'a number' : `a number or a name such as ${names[1]?.slice(0, 3) ?? ''}`;
  const plain = text.replace(/[LW?].*|#.*/i, '');
  const instead = plain === '' ? ['*'] : [plain, '*'];
  if (special !== undefined) return new Refusal(position, `${special} is not to be had in cron`, instead);
  return new Refusal(position, `a ${name} is expected: ${known}`, ['*']);
}
