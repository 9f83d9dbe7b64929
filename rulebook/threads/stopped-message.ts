import { Phase } from '../../bundling/thread-progress.ts';
import type { TaskOutcome } from './task-outcome.ts';

/** Says why a thread was ended or ended by itself. */
export function stoppedMessage(ended: Extract<TaskOutcome, { type: 'silent' | 'died' }>, limitMs: number): string {
  if (ended.type === 'died') return `its thread ended: ${ended.reason}`;
  if (ended.at.phase === Phase.LOADING) return 'the files of the rulebook did not finish loading and were stopped';
  if (ended.definition === undefined) return 'its thread no longer answered, though none of its code was called';
  return `ran longer than ${limitMs / 1000} s and was stopped`;
}
