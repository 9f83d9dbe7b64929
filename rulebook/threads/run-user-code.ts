import { RulebookUnavailableError, UserCodeError } from '../errors.ts';
import type { LoadTask, ReceiveTask, TaskResult } from '../evaluation/messages.ts';
import { stoppedMessage } from './stopped-message.ts';
import type { TaskOutcome } from './task-outcome.ts';
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
 * Runs a loader or receiver in a thread; once more if the thread ended before user code was reached.
 * @throws UserCodeError, RulebookUnavailableError, EvaluatorClosedError, the reason of an abort
 */
export async function runUserCode(pool: ThreadPool, call: UserCodeCall): Promise<TaskResult> {
  let outcome = await attempt(pool, call);
  if (outcome.type === 'died' && outcome.definition === undefined) outcome = await attempt(pool, call);
  if (outcome.type === 'done') return outcome.result;
  // What the abort made of user code is nobody's fault.
  call.signal?.throwIfAborted();
  throw failure(outcome, call);
}

async function attempt(pool: ThreadPool, { hash, locate, task, limitMs, signal }: UserCodeCall): Promise<TaskOutcome> {
  const assignment = { hash, locate: async () => locate(hash), task, limitMs };
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
