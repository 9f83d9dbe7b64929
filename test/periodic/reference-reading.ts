import * as fc from 'fast-check';

/**
 * A second, slow reading of the grammar to compare with: it looks at the clock every ten minutes, as Rocketry does ten
 * times a second, and starts a run when a condition is true. Times are minutes since 1970 on a clock without a zone;
 * all points of the generated forms are multiples of ten minutes.
 */
export interface Reading {
  readonly text: string;
  /** Whether it is true now, given when runs started before. */
  readonly isTrue: (now: number, lastRun: number | undefined) => boolean;
  /** Whether it is made of alternatives. */
  readonly union?: boolean;
}

type Scope = 'hour' | 'day' | 'week' | 'month';
type Stretch = { words: string; from: number; to: number };

/** Between two looks. */
export const LOOK = 10;
const DAY = 1440;
const CYCLES: Record<Scope, string> = { hour: 'hourly', day: 'daily', week: 'weekly', month: 'monthly' };
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const tens = (count: number) => fc.integer({ min: 0, max: count - 1 }).map((n) => n * LOOK);
const clock = (minutes: number) =>
  [Math.floor(minutes / 60), minutes % 60].map((field) => String(field).padStart(2, '0')).join(':');

/** Beginning of the cycle that `now` lies in, or of one so many cycles later. */
function cycleStart(scope: Scope, now: number, later = 0): number {
  if (scope === 'hour') return (Math.floor(now / 60) + later) * 60;
  if (scope === 'day') return (Math.floor(now / DAY) + later) * DAY;
  // The first Monday after 1 January 1970 was the 5th.
  if (scope === 'week') return (Math.floor((now / DAY - 4) / 7) + later) * 7 * DAY + 4 * DAY;
  const at = new Date(now * 60_000);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + later) / 60_000;
}

/** The window of a stretch that `now` lies in. */
function windowAt(scope: Scope, { from, to }: Stretch, now: number): number | undefined {
  for (const later of [0, -1]) {
    const [start, next] = [cycleStart(scope, now, later), cycleStart(scope, now, later + 1)];
    const opens = start + from;
    const closes = to > from ? Math.min(start + to, next) : next + to;
    if (opens < next && opens <= now && now < closes) return opens;
  }
  return undefined;
}

const points: Record<Scope, fc.Arbitrary<{ words: string; start: number; end: number }>> = {
  hour: tens(6).map((at) => ({ words: `${String(at).padStart(2, '0')}:00`, start: at, end: at })),
  day: tens(144).map((at) => ({ words: clock(at), start: at, end: at })),
  week: dated(fc.integer({ min: 0, max: 6 }).map((day) => [DAYS[day] ?? '', day] as const)),
  month: dated(fc.integer({ min: 0, max: 27 }).map((day) => [`${day + 1}.`, day] as const)),
};

function dated(day: fc.Arbitrary<readonly [string, number]>) {
  return fc.tuple(day, fc.option(tens(144), { nil: undefined })).map(([[name, number], time]) => {
    const start = number * DAY + (time ?? 0);
    return {
      words: time === undefined ? name : `${name} ${clock(time)}`,
      start,
      end: time === undefined ? start + DAY : start,
    };
  });
}

const length = (scope: Scope) => ({ hour: 60, day: DAY, week: 7 * DAY, month: 31 * DAY })[scope];

function stretches(scope: Scope): fc.Arbitrary<Stretch> {
  const full = length(scope);
  const one = points[scope];
  return fc.oneof(
    one.map(({ words, start }) => ({ words: `after ${words}`, from: start, to: full })),
    one.map(({ words, end }) => ({ words: `before ${words}`, from: 0, to: end === 0 ? full : end })),
    fc.tuple(one, one).map(([a, b]) => ({
      words: `between ${a.words} and ${b.words}`,
      from: a.start,
      to: a.start === 0 && b.end === 0 ? full : b.end,
    })),
  );
}

interface Gate {
  readonly text: string;
  readonly isOpen: (now: number) => boolean;
}

const gateForm: fc.Arbitrary<Gate> = fc.constantFrom<Scope>('hour', 'day', 'week', 'month').chain((scope) =>
  stretches(scope).map((stretch) => ({
    text: `time of ${scope} ${stretch.words}`,
    isOpen: (now) => isInside(scope, stretch, now),
  })),
);

/** Unlike a window, a gate has no beginning that must have been there: only the clock's face counts. */
function isInside(scope: Scope, { from, to }: Stretch, now: number): boolean {
  const at = now - cycleStart(scope, now);
  return to > from ? from <= at && at < to : at >= from || at < to;
}

const { gate } = fc.letrec<{ gate: Gate }>((tie) => ({
  gate: fc.oneof(
    { maxDepth: 2 },
    gateForm,
    tie('gate').map(({ text, isOpen }): Gate => ({ text: `~(${text})`, isOpen: (now) => !isOpen(now) })),
    fc.tuple(tie('gate'), tie('gate')).map(([a, b]): Gate => ({
      text: `(${a.text} & ${b.text})`,
      isOpen: (now) => a.isOpen(now) && b.isOpen(now),
    })),
    fc.tuple(tie('gate'), tie('gate')).map(([a, b]): Gate => ({
      text: `(${a.text} | ${b.text})`,
      isOpen: (now) => a.isOpen(now) || b.isOpen(now),
    })),
  ),
}));

const cycle: fc.Arbitrary<Reading> = fc.constantFrom<Scope>('hour', 'day', 'week', 'month').chain((scope) =>
  fc.oneof(fc.constant<Stretch>({ words: '', from: 0, to: length(scope) }), stretches(scope)).map((stretch) => ({
    text: `${CYCLES[scope]} ${stretch.words}`.trim(),
    isTrue: (now, lastRun) => {
      const opened = windowAt(scope, stretch, now);
      return opened !== undefined && (lastRun === undefined || lastRun < opened);
    },
  })),
);

const gated: fc.Arbitrary<Reading> = fc.tuple(cycle, fc.option(gate, { nil: undefined, freq: 3 })).map(([one, open]) =>
  open === undefined
    ? one
    : {
        text: `${one.text} & ${open.text}`,
        isTrue: (now, lastRun) => one.isTrue(now, lastRun) && open.isOpen(now),
      },
);

/** Cycles, joined with gates, and unions of these. */
export const readings: fc.Arbitrary<Reading> = fc.oneof(
  { arbitrary: gated, weight: 4 },
  {
    arbitrary: fc.tuple(gated, gated).map(([a, b]) => ({
      text: `${a.text} | ${b.text}`,
      union: true,
      isTrue: (now: number, lastRun: number | undefined) => a.isTrue(now, lastRun) || b.isTrue(now, lastRun),
    })),
    weight: 1,
  },
);

/** Every run that a reading starts in a span of minutes. */
export function runsBetween({ isTrue }: Reading, from: number, to: number): number[] {
  const runs: number[] = [];
  for (let now = from; now < to; now += LOOK) {
    if (isTrue(now, runs.at(-1))) runs.push(now);
  }
  return runs;
}
