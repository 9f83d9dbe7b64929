import type { TaskOutcome } from './task-outcome.ts';

/** Says why a thread was ended or ended by itself. */
export function stoppedMessage(ended: Extract<TaskOutcome, { type: 'silent' | 'died' }>, limitMs: number): string {
  if (ended.type === 'died') return `its thread ended: ${ended.reason}`;
  if (ended.definition === undefined) return 'the files of the rulebook did not finish loading and were stopped';
  return `ran longer than ${limitMs / 1000} s and was stopped`;
}
