import { isRareDate, parsePoint, type Point } from './point.ts';
import { Refusal, rephrase } from './refusal.ts';
import { type Scope, type Stretch, stretch, unitFrom, whole } from './stretch.ts';

/** How a stretch is told in words: `after A`, `before B`, `between A and B`, `on A` (or `at A`), `starting A`. */
export type Preposition = 'after' | 'before' | 'between' | 'on' | 'at' | 'starting';

/** A stretch as a form names it. */
export interface NamedStretch {
  readonly stretch: Stretch;
  readonly differences: readonly string[];
}

/** Words with the place where they begin in the whole text. */
export interface Words {
  readonly text: string;
  readonly position: number;
}

/**
 * Reads what follows a preposition.
 * @throws Refusal whose alternatives are other words for the same place
 */
export function parseStretch(scope: Scope, preposition: Preposition, words: Words): NamedStretch {
  if (preposition === 'between') return between(scope, words);
  const side = preposition === 'before' ? 'end' : 'start';
  const point = parsePoint(scope, words.text, words.position, side);
  return { stretch: fromPoint(scope, preposition, point.seconds), differences: differences(point) };
}

function fromPoint(scope: Scope, preposition: Exclude<Preposition, 'between'>, seconds: number): Stretch {
  if (preposition === 'after') return { ...whole(scope), from: seconds };
  if (preposition === 'before') return stretch(scope, 0, seconds);
  if (preposition === 'starting') return stretch(scope, seconds, seconds);
  return unitFrom(scope, seconds);
}

function between(scope: Scope, { text, position }: Words): NamedStretch {
  const [, first = '', gap = '', second = ''] = /^(.+?)(\s+and\s+)(.+)$/.exec(text) ?? [];
  if (first === '') throw new Refusal(position, '"between" needs two ends: between A and B', [`${text} and ${text}`]);
  const start = rephrase(
    () => parsePoint(scope, first, position, 'start'),
    (instead) => `${instead} and ${second}`,
  );
  const end = rephrase(
    () => parsePoint(scope, second, position + first.length + gap.length, 'end'),
    (instead) => `${first} and ${instead}`,
  );
  const named = stretch(scope, start.seconds, end.seconds);
  if (scope === 'month' && named.wraps && isRareDate(start))
    throw new Refusal(position, 'not every month has that day to begin on', [`28th and ${second}`]);
  return { stretch: named, differences: differences(start, end) };
}

function differences(...points: readonly Point[]): string[] {
  return points.flatMap(({ difference }) => (difference === undefined ? [] : [difference]));
}
