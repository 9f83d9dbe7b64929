import type { TaskResult } from '../evaluation/messages.ts';
import { Phase, type ProgressSight } from '../../bundling/thread-progress.ts';
import type { CodeProblem } from '../evaluator.ts';
import type { DefinitionSummary, RuleProblem } from '../problem.ts';

/** What became of a task that a thread was given. */
export type TaskOutcome =
  | { readonly type: 'done'; readonly result: TaskResult }
  /** The user code it was about threw or gave something unusable. */
  | { readonly type: 'failed'; readonly problem: CodeProblem }
  /** The rulebook version could not be loaded. */
  | { readonly type: 'unloadable'; readonly problem: RuleProblem }
  /** The thread showed no progress for longer than allowed and was ended. */
  | { readonly type: 'silent'; readonly at: ProgressSight; readonly definition?: DefinitionSummary }
  /** The thread ended by itself. */
  | {
      readonly type: 'died';
      readonly at: ProgressSight;
      readonly definition?: DefinitionSummary;
      readonly reason: string;
    }
  /** The caller no longer wanted it, and the user code did not heed that in time. */
  | { readonly type: 'aborted' };

/** Whether the top level of the rulebook's files took too long: another thread would not be faster. */
export function isSlowToLoad(outcome: TaskOutcome): boolean {
  return outcome.type === 'silent' && outcome.at.phase === Phase.LOADING;
}
