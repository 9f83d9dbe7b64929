import { DAY, type Day, HOUR, MINUTE } from './clock.ts';
import { CRON_FIELDS, type CronField, parseCronField } from './cron-field.ts';
import { Refusal, rephrase } from './refusal.ts';
import { NONE, type Window, type Windows } from './windows.ts';

/** A cron expression, read. */
export interface Cron {
  readonly minute: CronField;
  readonly hour: CronField;
  readonly dayOfMonth: CronField;
  readonly month: CronField;
  readonly dayOfWeek: CronField;
  readonly second?: CronField;
  readonly year?: CronField;
}

type CronFieldName = keyof typeof CRON_FIELDS;

const NAMES = ['minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek', 'year'] as const;
const MACROS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** A macro's fields. */
export function cronMacro(name: string): string | undefined {
  return Object.hasOwn(MACROS, name) ? MACROS[name] : undefined;
}

/**
 * Reads one to five fields, of which missing ones are `*`; a sixth is the year; of seven the first is the second.
 * @throws Refusal whose alternatives are other expressions
 */
export function parseCron(text: string, position: number): Cron {
  const words = [...text.matchAll(/\S+/g)].map((match) => ({ text: match[0], position: position + match.index }));
  if (words.length === 0)
    throw new Refusal(position, 'fields are missing: minute hour day month weekday', ['0 * * * *']);
  if (words.length > 7) {
    const five = words.slice(0, 5).map((word) => word.text);
    throw new Refusal(words[7]?.position ?? position, 'cron has at most seven fields', [five.join(' ')]);
  }
  const names: readonly CronFieldName[] = words.length === 7 ? ['second', ...NAMES] : NAMES;
  const field = (name: CronFieldName): CronField => {
    const index = names.indexOf(name);
    const word = words[index];
    if (word === undefined) return parseCronField(CRON_FIELDS[name], '*', position);
    return rephrase(
      () => parseCronField(CRON_FIELDS[name], word.text, word.position),
      (instead) =>
        words
          .map((each) => each.text)
          .with(index, instead)
          .join(' '),
    );
  };
  return {
    minute: field('minute'),
    hour: field('hour'),
    dayOfMonth: field('dayOfMonth'),
    month: field('month'),
    dayOfWeek: field('dayOfWeek'),
    ...(words.length === 7 ? { second: field('second') } : {}),
    ...(words.length >= 6 ? { year: field('year') } : {}),
  };
}

/**
 * The expressions for Temporal. Where day of the month and day of the week are both given, cron means either, Temporal
 * both, so that there are two.
 */
export function cronExpressions(cron: Cron): string[] {
  if (cron.dayOfMonth.any || cron.dayOfWeek.any) return [expression(cron, cron.dayOfMonth.text, cron.dayOfWeek.text)];
  return [expression(cron, cron.dayOfMonth.text, '*'), expression(cron, '*', cron.dayOfWeek.text)];
}

function expression({ second, minute, hour, month, year }: Cron, dayOfMonth: string, dayOfWeek: string): string {
  const five = [minute.text, hour.text, dayOfMonth, month.text, dayOfWeek];
  return [...(second === undefined ? [] : [second.text]), ...five, ...(year === undefined ? [] : [year.text])].join(
    ' ',
  );
}

/** The windows of an expression: each of its minutes, or seconds where it names these. */
export function cronWindows(cron: Cron): Windows {
  const length = cron.second === undefined ? MINUTE : 1;
  const seconds = cron.second?.values ?? [0];
  const windows = cron.hour.values.flatMap((hour) =>
    cron.minute.values.flatMap((minute) =>
      seconds.map((second): Window => {
        const from = hour * HOUR + minute * MINUTE + second;
        return { from, to: Math.min(from + length, DAY) };
      }),
    ),
  );
  return (day) => (onDay(cron, day) ? windows : NONE);
}

function onDay({ dayOfMonth, month, dayOfWeek, year }: Cron, day: Day): boolean {
  if (!month.values.includes(day.month) || year?.values.includes(day.year) === false) return false;
  const [date, weekday] = [dayOfMonth.values.includes(day.date), dayOfWeek.values.includes(day.weekday)];
  return dayOfMonth.any || dayOfWeek.any ? date && weekday : date || weekday;
}

/** What Rocketry does otherwise with these fields. */
export function cronDifferences({ minute, hour, dayOfMonth, month, dayOfWeek, second, year }: Cron): string[] {
  const all = [second, minute, hour, dayOfMonth, month, dayOfWeek, year];
  return [...new Set(all.flatMap((field) => field?.differences ?? []))];
}
