import { RulebookUnavailableError, UserCodeError } from '../errors.ts';
import type { LoadTask, ReceiveTask, TaskResult } from '../evaluation/messages.ts';
import { stoppedMessage } from './stopped-message.ts';
import { type TaskOutcome, isSlowToLoad } from './task-outcome.ts';
import type { ThreadPool } from './thread-pool.ts';

/** One call of a loader or receiver. */
export interface UserCodeCall {
  readonly hash: string;
  readonly locate: (hash: string) => Promise<string>;
  readonly task: LoadTask | ReceiveTask;
  readonly limitMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs a loader or receiver in a thread; once more if the thread ended, or fell silent, while user code was not under way.
 * @throws UserCodeError, RulebookUnavailableError, EvaluatorClosedError, the reason of an abort
 */
export async function runUserCode(pool: ThreadPool, call: UserCodeCall): Promise<TaskResult> {
  let outcome = await attempt(pool, call, false);
  if (isBlameless(outcome)) outcome = await attempt(pool, call, true);
  if (outcome.type === 'done') return outcome.result;
  // What the abort made of user code is nobody's fault.
  call.signal?.throwIfAborted();
  throw failure(outcome, call);
}

function isBlameless(outcome: TaskOutcome): boolean {
  const hasEnded = outcome.type === 'died' || outcome.type === 'silent';
  return hasEnded && outcome.definition === undefined && !isSlowToLoad(outcome);
}

async function attempt(pool: ThreadPool, call: UserCodeCall, careful: boolean): Promise<TaskOutcome> {
  const { hash, locate, task, limitMs, signal } = call;
  const assignment = { hash, locate: async () => locate(hash), task, limitMs, careful };
  return pool.run(signal === undefined ? assignment : { ...assignment, signal });
}

function failure(outcome: Exclude<TaskOutcome, { type: 'done' }>, { hash, limitMs }: UserCodeCall): Error {
  if (outcome.type === 'failed') return new UserCodeError(outcome.problem);
  if (outcome.type === 'unloadable') return new RulebookUnavailableError(hash, outcome.problem.reason);
  if (outcome.type === 'aborted') return new Error('the call was aborted');
  const message = stoppedMessage(outcome, limitMs);
  if (outcome.definition === undefined) return new RulebookUnavailableError(hash, message);
  return new UserCodeError({ ...outcome.definition, message });
}
