import type { JsonValue } from '../../cookiejar/json.ts';
import { WorkerFailedError, WorkerMisconfiguredError } from './errors.ts';
import type { CodeLocation, ConfigIssue, ConfigToCheck, ExportedClass, Outcome, RunTask } from './messages.ts';
import { doInThread, type ThreadHost } from './worker-thread.ts';

/**
 * Looks which periodic workers a module exports; its top level may do anything.
 * @throws WorkerFailedError, WorkerSilentError, ThreadEndedError
 */
export async function inspectModule(code: CodeLocation, host: ThreadHost): Promise<readonly ExportedClass[]> {
  const outcome = await doInThread({ kind: 'inspect', code }, host);
  return outcome.type === 'inspected' ? outcome.classes : refuse(outcome, host.about);
}

/**
 * Asks a class's own schema what is wrong with its configuration.
 * @throws WorkerFailedError, WorkerSilentError, ThreadEndedError
 */
export async function checkConfig(
  code: CodeLocation,
  worker: string,
  config: ConfigToCheck,
  host: ThreadHost,
): Promise<readonly ConfigIssue[]> {
  const outcome = await doInThread({ kind: 'check', code, worker, config }, host);
  return outcome.type === 'checked' ? outcome.issues : refuse(outcome, host.about);
}

/**
 * Runs a class once. @returns what its `callback` returned
 * @throws WorkerFailedError, WorkerMisconfiguredError, WorkerSilentError, ThreadEndedError, and the signal's reason
 */
export async function runClass(task: Omit<RunTask, 'kind'>, host: ThreadHost): Promise<JsonValue | undefined> {
  const outcome = await doInThread({ kind: 'run', ...task }, host);
  return outcome.type === 'done' ? outcome.result : refuse(outcome, host.about);
}

function refuse(outcome: Outcome, about: string): never {
  if (outcome.type === 'failed') throw new WorkerFailedError(about, outcome.failure);
  if (outcome.type === 'misconfigured') throw new WorkerMisconfiguredError(about, outcome.issues);
  throw new TypeError(`the thread of ${about} answered with '${outcome.type}'`);
}
