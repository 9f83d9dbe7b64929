import type { Client } from '@temporalio/client';
import { IntervalError } from './errors.ts';
import { intervalProblems } from './interval.ts';
import { removeSchedule, type ScheduledAction, writeSchedule } from './schedule-writing.ts';
import type { ScheduledWorker, ScheduleProblem, SchedulesInForce } from './scheduled-worker.ts';

/** What {@link reconcileSchedules} goes by. */
export interface ReconcileInput {
  readonly client: Client;
  /** The configurations in force, one per class. */
  readonly configs: Iterable<ScheduledWorker>;
  /** Class names that can be run. */
  readonly knownWorkers: ReadonlySet<string>;
  readonly action: ScheduledAction;
  /** Classes whose configuration is there but cannot be used now: their Schedules stay as they are. */
  readonly broken?: ReadonlySet<string>;
  /**
   * What this process put in force before: {@link Reconciled.inForce} of the last time. Only classes in it are removed,
   * so that a process with other files does not take away the Schedules of its neighbours.
   */
  readonly previous?: SchedulesInForce;
}

/** What {@link reconcileSchedules} did, by class name. */
export interface Reconciled {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly removed: readonly string[];
  /** Schedules that said already what their configuration says. */
  readonly untouched: readonly string[];
  readonly problems: readonly ScheduleProblem[];
  /** Handed back as `previous` the next time. */
  readonly inForce: SchedulesInForce;
}

/**
 * Makes Temporal's Schedules, one per class, follow the configurations. May be repeated, also after it failed halfway,
 * and by several processes at once.
 * @throws ServiceError when Temporal cannot be reached
 */
export async function reconcileSchedules(input: ReconcileInput): Promise<Reconciled> {
  const { previous = {}, broken = new Set<string>(), knownWorkers, client, action } = input;
  const done = { created: [] as string[], updated: [] as string[], untouched: [] as string[] };
  const problems: ScheduleProblem[] = [];
  const inForce = new Map<string, string>();
  const kept = new Set(broken);
  for (const config of input.configs) {
    const { worker, digest } = config;
    if (!knownWorkers.has(worker)) {
      problems.push(unknownWorker(config, knownWorkers));
      continue;
    }
    if (previous[worker] === digest) {
      done.untouched.push(worker);
      inForce.set(worker, digest);
      continue;
    }
    const refused = await attempt(async () => {
      done[await writeSchedule(client, config, action)].push(worker);
      inForce.set(worker, digest);
    }, config);
    if (refused.length > 0) kept.add(worker);
    problems.push(...refused);
  }
  for (const [worker, digest] of Object.entries(previous)) {
    if (kept.has(worker) && !inForce.has(worker)) inForce.set(worker, digest);
  }
  const removed = await removeGone(client, Object.keys(previous), inForce);
  return { ...done, removed, problems, inForce: Object.fromEntries(inForce) };
}

async function removeGone(client: Client, before: string[], now: ReadonlyMap<string, string>): Promise<string[]> {
  const gone = before.filter((worker) => !now.has(worker));
  for (const worker of gone) await removeSchedule(client, worker);
  return gone;
}

async function attempt(write: () => Promise<void>, config: ScheduledWorker): Promise<ScheduleProblem[]> {
  const { worker, file, interval, timezone } = config;
  try {
    await write();
    return [];
  } catch (error) {
    if (error instanceof IntervalError) {
      return intervalProblems(interval, timezone).map((problem) => ({ worker, file, ...problem }));
    }
    // The client's word for a Schedule that the server will not take.
    if (!(error instanceof TypeError)) throw error;
    return [{ worker, file, path: '', found: error.message, allowed: 'a schedule that Temporal takes' }];
  }
}

function unknownWorker({ worker, file }: ScheduledWorker, knownWorkers: ReadonlySet<string>): ScheduleProblem {
  const allowed = `the name of a periodic worker's class: ${[...knownWorkers].toSorted().join(', ') || 'there is none'}`;
  return { worker, file, path: '', found: `no class ${worker}`, allowed };
}
