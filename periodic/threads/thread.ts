/** Entry point of the threads that run periodic workers. */
import { syncBuiltinESMExports } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { faultPosition, faultText, words } from '../../bundling/fault-text.ts';
import { resolveOwnPackage } from '../../bundling/package-root.ts';
import { Progress, Phase } from '../../bundling/thread-progress.ts';
import { checkBySchema } from './check-schema.ts';
import { HostWakes } from './host-wakes.ts';
import type { CodeLocation, Failure, FromThread, Outcome, ThreadSetup, ThreadTask, ToThread } from './messages.ts';
import { PatientBeats } from './patient-beats.ts';
import { ProgressPost } from './progress-post.ts';
import { runWorker } from './run-worker.ts';
import { threadLogger } from './thread-logger.ts';
import { describeClass, type WorkerClass, workerClasses } from './worker-classes.ts';
import { captureConsole } from '../../bundling/capture-console.ts';

if (parentPort === null) throw new Error('this file runs in a worker thread only');
const port = parentPort;
const post = (message: FromThread): void => {
  port.postMessage(message);
};

const setup: ThreadSetup = workerData;
const { task } = setup;
const beats = new Progress(setup.beats);
const abort = new AbortController();
const wakes = new HostWakes(post);
const progress = new ProgressPost((known) => {
  post({ type: 'progress', progress: known });
});
const logger = threadLogger(task.kind === 'run' ? task.logLevel : 'info', (line) => {
  post({ type: 'log', line });
});
let ended = false;

port.on('message', (message: ToThread) => {
  if (message.type === 'abort') abort.abort();
  else wakes.answer(message.call, message.error);
});
captureConsole((level, text) => logger[level](text));
// What nobody awaits belongs to the one run that this thread is for.
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
forbidExit();
void perform(task).then(end, fail);

async function perform(asked: ThreadTask): Promise<Outcome> {
  const classes = await load(asked.code);
  if (asked.kind === 'inspect') return { type: 'inspected', classes: classes.map(describeClass) };
  const found = classes.find(({ name }) => name === asked.worker);
  if (found === undefined) throw new Error(`the module exports no class ${asked.worker}`);
  if (asked.kind === 'check') return { type: 'checked', issues: await issuesOf(found, asked.config) };
  return runWorker(found, asked, {
    beats,
    patience: new PatientBeats(beats),
    logger,
    signal: abort.signal,
    wake: async (identifier) => wakes.wake(identifier),
    progress: (known) => {
      progress.give(known);
    },
  });
}

async function load({ url }: CodeLocation): Promise<WorkerClass[]> {
  const ownPackage: object = await import(pathToFileURL(resolveOwnPackage('cookie-monster')).href);
  beats.enter(Phase.LOADING);
  const module: { readonly modules?: readonly (readonly [string, object])[] } = await import(url);
  beats.enter(Phase.OWN);
  // A bundle lists the modules that it is made of.
  const all = module.modules?.map(([, exports]) => exports) ?? [module];
  return all.flatMap((exports) => workerClasses(exports, ownPackage));
}

async function issuesOf(found: WorkerClass, config: Parameters<typeof checkBySchema>[1]) {
  return (await checkBySchema(found.schema, config)).issues ?? [];
}

function end(outcome: Outcome): void {
  if (ended) return;
  ended = true;
  progress.flush();
  post(outcome);
}

function fail(fault: unknown): void {
  end({ type: 'failed', failure: failureOf(fault, task.code) });
}

function failureOf(fault: unknown, places: CodeLocation): Failure {
  const stack = fault instanceof Error ? framesOf(fault) : undefined;
  return {
    reason: words(fault),
    message: faultText(fault, places),
    ...(stack === undefined ? {} : { stack }),
    ...faultPosition(fault, places),
  };
}

/** The message is told already; it may have several lines. */
function framesOf(fault: Error): string | undefined {
  try {
    const frames = fault.stack?.split('\n').filter((line) => /^\s+at /.test(line));
    return frames === undefined || frames.length === 0 ? undefined : frames.join('\n');
  } catch {
    // It is the users' own, and may be anything.
    return undefined;
  }
}

function forbidExit(): void {
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    fail(new Error(`process.exit(${code ?? ''}) was called: a periodic worker ends by returning`));
    return exit(code);
  };
  syncBuiltinESMExports();
}
