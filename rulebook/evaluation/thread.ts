/** Entry point of the threads that run users' code. */
import { syncBuiltinESMExports } from 'node:module';
import { join, sep } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Cookie } from '../../cookiejar/cookie.ts';
import type { Enrichment } from '../../cookiejar/enrichment.ts';
import { PACKAGE_ROOT } from '../../bundling/package-root.ts';
import type { CodeProblem } from '../evaluator.ts';
import type { Entry } from './book.ts';
import { deepFrozen } from './deep-frozen.ts';
import { faultText, words } from '../../bundling/fault-text.ts';
import { HostCalls } from './host-calls.ts';
import { judge } from './judge.ts';
import { type LoadedBook, UnloadableBookError, loadBook } from './load-book.ts';
import { checkLoaded } from './loaded-result.ts';
import { outlookOf } from './outlook.ts';
import {
  ECHO,
  type FromThread,
  type LoadTask,
  type ReceiveTask,
  type Task,
  type TaskResult,
  type ThreadSetup,
  type ToThread,
} from './messages.ts';
import { Progress } from '../../bundling/thread-progress.ts';
import { ThreadLog } from './thread-log.ts';
import { UserContexts } from './user-context.ts';
import { TaskScope, UserCodeRunner } from './user-code-runner.ts';
import { captureConsole } from '../../bundling/capture-console.ts';

/** Long enough for timers of no delay, in milliseconds. */
const LEAVINGS_MS = 10;

if (parentPort === null) throw new Error('this file runs in a worker thread only');
const port = parentPort;
const post = (message: FromThread): void => {
  port.postMessage(message);
};

const setup: ThreadSetup = workerData;
deepFrozen(setup.config);
// With source maps, frames of compiled code appear as frames of its sources.
const ownFolders = ['dist', 'bundling', 'rulebook', 'cookiejar', 'deliveries'].map(
  (name) => join(PACKAGE_ROOT, name) + sep,
);
const places = { folder: setup.rulesFolder, ownFolders };
const progress = new Progress(setup.progress);
const runner = new UserCodeRunner(progress);
const log = new ThreadLog(post);
const calls = new HostCalls(post);
const contexts = new UserContexts(setup, runner, calls, log);
const books = new Map<string, Promise<LoadedBook>>();
let scope = new TaskScope(false, false);

port.on('message', (message: ToThread) => {
  if (message.type === 'answer') calls.answer(message.call, message.value, message.error);
  else if (message.type === 'abort') scope.abort();
  else void serve(message);
});
captureConsole((level, text) => log.write(level, text, runner.caller));
catchStrayErrors();
forbidExit();

async function serve({ hash, url, task, careful }: Extract<ToThread, { type: 'run' }>): Promise<void> {
  scope = new TaskScope(task.kind === 'load' || task.kind === 'receive', careful);
  log.startTask();
  try {
    const result = await perform(task, await bookOf(hash, url));
    // What user code left for the next turn must not meet the task after this one.
    await nextTurn();
    post({ type: 'done', result });
  } catch (fault) {
    if (fault instanceof UnloadableBookError) post({ type: 'unloadable', problem: fault.problem });
    else if (fault instanceof UserFault) post({ type: 'failed', problem: fault.problem });
    else post({ type: 'unloadable', problem: { reason: words(fault) } });
  }
}

async function bookOf(hash: string, url: string): Promise<LoadedBook> {
  const known = books.get(hash);
  if (known !== undefined) return known;
  const loading = loadBook(url, progress, places, (defined) => contexts.contextFor(defined));
  books.set(hash, loading);
  const loaded = await loading;
  post({ type: 'loaded', hash, definitions: loaded.definitions });
  return loaded;
}

async function perform(task: Task, { book, definitions, problems }: LoadedBook): Promise<TaskResult> {
  if (task.kind === 'inspect') return { kind: 'inspect', definitions, problems };
  if (task.kind === 'load') return load(pick(book.loaders, 'loader', task.loader), task);
  if (task.kind === 'receive') return receive(pick(book.receivers, 'receiver', task.receiver), task);
  const judgement = await judge(book, Cookie.from(task.cookie), task, { run: runInScope, problemOf });
  return { kind: 'judge', judgement };
}

async function runInScope<T>(entry: Entry, call: () => T | Promise<T>): Promise<T> {
  return runner.run(scope, entry, scope.careful ? async () => withLeavings(call) : call);
}

/** Makes what a call left behind, and what it did to this thread, show while it is still known whose call it was. */
async function withLeavings<T>(call: () => T | Promise<T>): Promise<T> {
  try {
    return await call();
  } finally {
    await sleep(LEAVINGS_MS);
    await calls.call(ECHO, []);
  }
}

/** Carries a fault of user code out to the answer. */
class UserFault extends Error {
  readonly problem: CodeProblem;

  constructor(problem: CodeProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

function pick<E extends Entry>(entries: readonly E[], kind: E['kind'], id: string): E {
  const entry = entries.find((candidate) => candidate.id === id);
  if (entry === undefined) throw new UserFault({ kind, id, file: '', message: `this rulebook has no such ${kind}` });
  return entry;
}

async function load(entry: Entry<'loader'>, { cookie, timestamp }: LoadTask): Promise<TaskResult> {
  const frozen = Cookie.from(cookie);
  const bring = async (): Promise<Enrichment> => checkLoaded(await entry.code.load(frozen, entry.context), timestamp);
  return { kind: 'load', enrichment: await guarded(entry, bring) };
}

async function receive(entry: Entry<'receiver'>, { notification }: ReceiveTask): Promise<TaskResult> {
  try {
    await runInScope(entry, async () => entry.code.receive(deepFrozen(notification), entry.context));
  } catch (fault) {
    throw new UserFault({ ...problemOf(entry, fault), ...outlookOf(fault) });
  }
  return { kind: 'receive' };
}

async function guarded<T>(entry: Entry, call: () => Promise<T>): Promise<T> {
  try {
    return await runInScope(entry, call);
  } catch (fault) {
    // What was thrown is user code, too: it may hang as soon as it is looked at.
    throw new UserFault(await runInScope(entry, () => problemOf(entry, fault)));
  }
}

function problemOf({ kind, id, file }: Entry, fault: unknown): CodeProblem {
  return { kind, id, file, message: faultText(fault, places) };
}

// An error in a timer or a promise that nobody awaits must not end the thread while another cookie's rules run in it.
function catchStrayErrors(): void {
  process.on('uncaughtException', takeStray);
  process.on('unhandledRejection', takeStray);
}

function takeStray(fault: unknown): void {
  if (runner.failCaller(fault)) return;
  log.write('error', `uncaught after the call was over: ${faultText(fault, places)}`, runner.caller);
}

function forbidExit(): void {
  process.exit = () => {
    throw new Error('process.exit() is not for rules, loaders and receivers');
  };
  syncBuiltinESMExports();
}
