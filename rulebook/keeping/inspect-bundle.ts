import type { Log } from '../authoring/context.ts';
import type { Bundle } from '../../bundling/bundle.ts';
import { Phase } from '../../bundling/thread-progress.ts';
import type { DefinitionSummary, RuleProblem } from '../problem.ts';
import { placesOf } from '../../bundling/this-machine.ts';
import { THREAD_ENTRY } from '../thread-entry.ts';
import { RuleThread } from '../threads/rule-thread.ts';
import type { TaskOutcome } from '../threads/task-outcome.ts';
import { BundleFiles } from '../../bundling/bundle-files.ts';

/** How bundles are tried out. */
export interface InspectionMeans {
  readonly rulesFolder: string;
  /** Where the bundle is written for the thread to load. */
  readonly cacheFolder: string;
  readonly logger: Log;
  /** How long the top level of all files may take, in milliseconds. @default 10000 */
  readonly loadTimeoutMs?: number;
}

/** What is in a bundle, and what is wrong with it. */
export interface Inspection {
  readonly definitions: readonly DefinitionSummary[];
  readonly problems: readonly RuleProblem[];
}

const MEMORY_MB = 512;
const LOOK_EVERY_MS = 100;

/** Loads a bundle in a thread of its own, since the top level of users' files may do anything. */
export async function inspectBundle(
  bundle: Bundle,
  files: readonly string[],
  means: InspectionMeans,
): Promise<Inspection> {
  const { loadTimeoutMs = 10_000, logger, cacheFolder } = means;
  const places = placesOf(means.rulesFolder);
  const bundleFiles = new BundleFiles(cacheFolder, places, async () => Promise.resolve(bundle.text));
  const thread = new RuleThread({
    entry: THREAD_ENTRY,
    config: {},
    home: cacheFolder,
    rulesFolder: places.folder,
    services: new Map(),
    logger,
    memoryMb: MEMORY_MB,
    loadLimitMs: loadTimeoutMs,
  });
  const watch = setInterval(() => {
    thread.look(LOOK_EVERY_MS);
  }, LOOK_EVERY_MS);
  const { hash } = bundle;
  const locate = async (): Promise<string> => bundleFiles.locate(hash);
  try {
    const outcome = await thread.run({ hash, locate, task: { kind: 'inspect' }, limitMs: loadTimeoutMs });
    if (outcome.type === 'done' && outcome.result.kind === 'inspect') return outcome.result;
    return { definitions: [], problems: [problemOf(outcome, files, loadTimeoutMs)] };
  } finally {
    clearInterval(watch);
    await thread.end();
  }
}

function problemOf(outcome: TaskOutcome, files: readonly string[], limitMs: number): RuleProblem {
  if (outcome.type === 'unloadable') return outcome.problem;
  if (outcome.type === 'silent')
    return {
      ...fileAt(outcome.at, files),
      reason: `its top level ran longer than ${limitMs / 1000} s and was stopped`,
    };
  if (outcome.type === 'died')
    return { ...fileAt(outcome.at, files), reason: `its top level ended the thread: ${outcome.reason}` };
  return { reason: `the rulebook could not be loaded (${outcome.type})` };
}

function fileAt(
  { phase, index }: { readonly phase: Phase; readonly index: number },
  files: readonly string[],
): Partial<RuleProblem> {
  const file = phase === Phase.LOADING ? files[index] : undefined;
  return file === undefined ? {} : { file };
}
