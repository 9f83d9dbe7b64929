import { parseCronForm } from './cron-form.ts';
import { parseCycleForm } from './cycle-form.ts';
import { parseEveryForm } from './every-form.ts';
import { type NamedGate, parseGateForm } from './gate-form.ts';
import { not } from './gates.ts';
import { parseHistoryForm } from './history-form.ts';
import type { NamedRecurrence } from './recurrence.ts';
import { type Part, Refusal } from './refusal.ts';
import { refusedForm } from './refused-forms.ts';

/** What one condition means. */
export type Condition = NamedRecurrence | NamedGate;

/**
 * Reads one condition between operators.
 * @throws Refusal that names the part
 */
export function parseCondition(part: Part, denied: boolean): Condition {
  try {
    return read(part, denied);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.position, error.reason, error.instead, part);
  }
}

function read(part: Part, denied: boolean): Condition {
  const named = parseGateForm(part);
  if (named !== undefined) return denied ? { ...named, gate: not(named.gate) } : named;
  const history = parseHistoryForm(part, denied);
  if (history !== undefined) return history;
  const recurrence = parseCycleForm(part) ?? parseEveryForm(part) ?? parseCronForm(part);
  if (recurrence === undefined) throw refusedForm(part);
  if (denied)
    throw new Refusal(part.position, 'denied, it is false until it has run once, so that it never starts', []);
  return recurrence;
}
