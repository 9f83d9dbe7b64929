import { z } from 'zod';

const SECOND = 1000;
const UNITS: Readonly<Record<string, number>> = {
  s: SECOND,
  sec: SECOND,
  second: SECOND,
  seconds: SECOND,
  min: 60 * SECOND,
  minute: 60 * SECOND,
  minutes: 60 * SECOND,
  h: 60 * 60 * SECOND,
  hour: 60 * 60 * SECOND,
  hours: 60 * 60 * SECOND,
  d: 24 * 60 * 60 * SECOND,
  day: 24 * 60 * 60 * SECOND,
  days: 24 * 60 * 60 * SECOND,
};
const DURATION = /^(\d{1,9}) *([A-Za-z]+)$/;

/** Bounds of a duration, as their texts. */
interface DurationBounds {
  readonly min: string;
  readonly max: string;
}

/** A duration of whole seconds in a config file, such as `60 s`: text in, milliseconds out. */
export function durationText({ min, max }: DurationBounds) {
  const allowed = `text with a whole number and a unit (s, min, h, d), such as "60 s", from ${min} to ${max}`;
  return z.unknown().transform((value, context) => {
    const ms = typeof value === 'string' ? parse(value) : undefined;
    if (ms !== undefined && ms >= (parse(min) ?? 0) && ms <= (parse(max) ?? Number.POSITIVE_INFINITY)) return ms;
    context.addIssue({ code: 'custom', message: allowed });
    return z.NEVER;
  });
}

function parse(text: string): number | undefined {
  const [, amount, unit = ''] = DURATION.exec(text.trim()) ?? [];
  const unitMs = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  return amount === undefined || unitMs === undefined ? undefined : Number(amount) * unitMs;
}
