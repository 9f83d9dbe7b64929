import { WorkflowType } from '../workflows/messages.ts';
import { CachedCount } from './cached-count.ts';
import type { ApiDependencies, WorkflowService } from './dependencies.ts';
import { UnavailableError } from './errors.ts';
import type { WakeDesk } from './wake-desk.ts';

/** What `GET /queue/status` tells. */
export interface QueueStatus {
  readonly queue_length: number;
  readonly running: number;
  readonly failed: number;
  readonly deliveries_waiting: number;
  readonly deliveries_held: number;
  readonly deliveries_held_more: boolean;
  readonly dead_letters: number;
  readonly dead_letters_more: boolean;
  readonly parked: number;
  readonly parked_more: boolean;
  readonly reconciler: {
    readonly last_run: string | null;
    readonly checked: number;
    readonly found: number;
    readonly found_in_all: number;
  };
  readonly rate: number;
}

/** Visibility shows a started workflow a moment late: 1 to 25 ms on an idle server, more on a busy one. */
const VISIBILITY_LAG_MS = 200;
const RATE_WINDOW_S = 60;
/** More held deliveries, dead letters or parked cookies than these are not counted one by one. */
const MAX_COUNTED = 1000;

const RUNNING_COOKIES = `WorkflowType="${WorkflowType.ProcessCookie}" AND ExecutionStatus="Running"`;
const FAILED_COOKIES = `WorkflowType="${WorkflowType.ProcessCookie}" AND ExecutionStatus="Failed"`;
const RUNNING_DELIVERIES = `WorkflowType="${WorkflowType.DeliverNotification}" AND ExecutionStatus="Running"`;

/** What the queue is read from. */
type QueueReaderDependencies = Pick<ApiDependencies, 'workflows' | 'deadLetters' | 'parked' | 'reconciler'>;

/** Reads the "to process" queue, which is Temporal's running workflows. */
export class QueueReader {
  readonly #desk: WakeDesk;
  readonly #held: CachedCount;
  readonly #deadLetters: CachedCount;
  readonly #parked: CachedCount;
  readonly #reconciler: ApiDependencies['reconciler'];
  readonly #running: CachedCount;
  readonly #failed: CachedCount;
  readonly #deliveries: CachedCount;
  readonly #settled: CachedCount;

  constructor({ workflows, deadLetters, parked, reconciler }: QueueReaderDependencies, desk: WakeDesk) {
    const counting = (query: () => string) => new CachedCount(async () => count(workflows, query()));
    this.#desk = desk;
    // One more than are told, so as to know whether there are more.
    this.#held = new CachedCount(async () => (await deadLetters.held(undefined, MAX_COUNTED + 1)).length);
    this.#deadLetters = new CachedCount(async () => (await deadLetters.dead(undefined, MAX_COUNTED + 1)).length);
    this.#parked = new CachedCount(async () => (await parked.list(undefined, MAX_COUNTED + 1)).length);
    this.#reconciler = reconciler;
    this.#running = counting(() => RUNNING_COOKIES);
    this.#failed = counting(() => FAILED_COOKIES);
    this.#deliveries = counting(() => RUNNING_DELIVERIES);
    this.#settled = counting(settledLately);
  }

  /**
   * Cookies whose processing has not settled.
   * @throws UnavailableError when Temporal does not answer, and has not for a while
   */
  async length(): Promise<number> {
    const { count: running, takenAt } = await this.#running.read();
    return this.#desk.queueLength(running, takenAt - VISIBILITY_LAG_MS);
  }

  /** @throws UnavailableError like {@link QueueReader.length} */
  async status(): Promise<QueueStatus> {
    const [length, running, failed, deliveries, held, settled, dead, parked, reconciler] = await Promise.all([
      this.length(),
      this.#running.read(),
      this.#failed.read(),
      this.#deliveries.read(),
      this.#held.read(),
      this.#settled.read(),
      this.#deadLetters.read(),
      this.#parked.read(),
      this.#reconciler.report(),
    ]);
    const { lastRun, checked, found, foundInAll } = reconciler;
    return {
      queue_length: length,
      running: running.count,
      failed: failed.count,
      deliveries_waiting: deliveries.count,
      deliveries_held: Math.min(held.count, MAX_COUNTED),
      deliveries_held_more: held.count > MAX_COUNTED,
      dead_letters: Math.min(dead.count, MAX_COUNTED),
      dead_letters_more: dead.count > MAX_COUNTED,
      parked: Math.min(parked.count, MAX_COUNTED),
      parked_more: parked.count > MAX_COUNTED,
      reconciler: { last_run: lastRun, checked, found, found_in_all: foundInAll },
      rate: settled.count / RATE_WINDOW_S,
    };
  }
}

function settledLately(): string {
  const since = new Date(Date.now() - RATE_WINDOW_S * 1000).toISOString();
  return `WorkflowType="${WorkflowType.ProcessCookie}" AND ExecutionStatus="Completed" AND CloseTime > "${since}"`;
}

async function count(workflows: Pick<WorkflowService, 'count'>, query: string): Promise<number> {
  try {
    return await workflows.count(query);
  } catch (error) {
    throw new UnavailableError('Temporal does not answer how many workflows there are; ask again later', {
      cause: error,
    });
  }
}
