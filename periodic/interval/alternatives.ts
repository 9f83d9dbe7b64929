import { parseCondition } from './condition.ts';
import { both, either, type Gate, OPEN } from './gates.ts';
import type { Expression } from './parse.ts';
import type { Recurrence } from './recurrence.ts';
import { type Part, Refusal } from './refusal.ts';
import type { Scope } from './stretch.ts';

/** One way in which a run comes about: a recurrence, while a gate is open. */
export interface Alternative {
  readonly recurrence: Recurrence;
  readonly gate: Gate;
  readonly exact: boolean;
  /** Its recurrence, in the whole text. */
  readonly part: Part;
}

/** What a whole interval text means: any of the alternatives starts a run. */
export interface Meaning {
  readonly alternatives: readonly Alternative[];
  readonly differences: readonly string[];
}

/** What a part of an expression means: runs, or only when runs may be. */
type Piece =
  | { readonly kind: 'runs'; readonly alternatives: readonly Alternative[]; readonly differences: readonly string[] }
  | { readonly kind: 'gate'; readonly gate: Gate; readonly scope: Scope; readonly differences: readonly string[] };

const CYCLE_FOR: Readonly<Record<Scope, string>> = {
  minute: 'minutely',
  hour: 'hourly',
  day: 'daily',
  week: 'daily',
  month: 'daily',
};

/**
 * Finds what an expression means.
 * @throws Refusal for what no schedule can do
 */
export function meaningOf(expression: Expression, text: string): Meaning {
  const piece = evaluate(expression);
  if (piece.kind === 'runs') return piece;
  const at = text.length - text.trimStart().length;
  const whole = expression.kind === 'or' ? `(${text.trim()})` : text.trim();
  const reason = 'alone it would run without a pause while it is true: join it with a cycle by &';
  throw new Refusal(at, reason, [`${CYCLE_FOR[piece.scope]} & ${whole}`]);
}

function evaluate(expression: Expression): Piece {
  if (expression.kind === 'part') {
    const condition = parseCondition(expression.part, expression.denied);
    if ('gate' in condition) return { kind: 'gate', ...condition };
    const { recurrence, exact, differences } = condition;
    const { part } = expression;
    return { kind: 'runs', alternatives: [{ recurrence, gate: OPEN, exact, part }], differences };
  }
  const join = expression.kind === 'and' ? and : or;
  return expression.operands.map(evaluate).reduce((a, b) => join(a, b, expression.position));
}

function and(a: Piece, b: Piece, position: number): Piece {
  const differences = [...a.differences, ...b.differences];
  if (a.kind === 'gate') {
    return b.kind === 'gate' ? { ...a, gate: both(a.gate, b.gate), differences } : and(b, a, position);
  }
  if (b.kind === 'runs') {
    const reason = 'both sides look at what ran before, which one schedule cannot: let the worker look at the other';
    throw new Refusal(position, reason, []);
  }
  const alternatives = a.alternatives.map((each) => ({ ...each, gate: both(each.gate, b.gate) }));
  return { kind: 'runs', alternatives, differences };
}

function or(a: Piece, b: Piece, position: number): Piece {
  const differences = [...a.differences, ...b.differences];
  if (a.kind === 'gate' && b.kind === 'gate') return { ...a, gate: either(a.gate, b.gate), differences };
  if (a.kind === 'gate' || b.kind === 'gate') {
    throw new Refusal(
      position,
      'one side alone would run without a pause while it is true: join it with a cycle by &',
      [],
    );
  }
  return { kind: 'runs', alternatives: b.alternatives.reduce(withAlternative, a.alternatives), differences };
}

/** The same recurrence has one history: it runs once in a window in which either gate opens. */
function withAlternative(known: readonly Alternative[], added: Alternative): readonly Alternative[] {
  const same = known.findIndex(({ recurrence }) => recurrence.name === added.recurrence.name);
  const before = known[same];
  if (before === undefined) return [...known, added];
  return known.with(same, { ...before, gate: either(before.gate, added.gate) });
}
