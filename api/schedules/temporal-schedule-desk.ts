import {
  type Client,
  type ScheduleDescription,
  type ScheduleExecutionResult,
  type ScheduleHandle,
  ScheduleNotFoundError,
  type ScheduleSummary,
} from '@temporalio/client';
import { inFlight } from '../../periodic/in-flight.ts';
import { WorkflowType } from '../../workflows/messages.ts';
import { RunReader } from './run-reader.ts';
import type { PauseOutcome, Schedule, ScheduleDesk, ScheduleRun, TriggerOutcome } from './schedule-desk.ts';
import { triggerSchedule } from './trigger.ts';

/** More questions at once only make Temporal answer each of them later. */
const READS_IN_FLIGHT = 8;
/** Temporal's client repeats what is refused; a person should not wait longer than this for any of it. */
const TIMEOUT_MS = 10_000;
/** As many as Temporal lists; its description of one Schedule has more. */
const SHOWN = 5;

/** What a list and a description of Schedules have in common. */
type Found = Pick<ScheduleSummary | ScheduleDescription, 'scheduleId' | 'spec' | 'state' | 'info'>;

/** The Schedules of periodic workers, through a Temporal client. */
export function createScheduleDesk(client: Client): ScheduleDesk {
  return new TemporalScheduleDesk(client);
}

class TemporalScheduleDesk implements ScheduleDesk {
  readonly #client: Client;
  readonly #runs: RunReader;
  /** The last trigger of each Schedule: Temporal takes seconds for some that come together. */
  readonly #triggers = new Map<string, Promise<unknown>>();

  constructor(client: Client) {
    this.#client = client;
    this.#runs = new RunReader(client);
  }

  async list(): Promise<readonly Schedule[]> {
    return this.#inTime(async () => this.#withRuns(await this.#summaries()));
  }

  async names(): Promise<readonly string[]> {
    return this.#inTime(async () => (await this.#summaries()).map(({ scheduleId }) => scheduleId));
  }

  async find(id: string): Promise<Schedule | undefined> {
    return this.#with(id, async (_, description) => (await this.#withRuns([description]))[0]);
  }

  async pause(id: string, note?: string): Promise<PauseOutcome | undefined> {
    return this.#with(id, async (handle, { state }) => {
      // The note that is there tells more than one that was not given.
      if (state.paused && note === undefined) return { paused: true, changed: false, note: noteOf(state) };
      const kept = note ?? 'paused over the API';
      await handle.pause(kept);
      return { paused: true, changed: !state.paused, note: kept };
    });
  }

  async resume(id: string, note = 'resumed over the API'): Promise<PauseOutcome | undefined> {
    return this.#with(id, async (handle, { state }) => {
      if (!state.paused) return { paused: false, changed: false, note: noteOf(state) };
      await handle.unpause(note);
      return { paused: false, changed: true, note };
    });
  }

  async trigger(id: string): Promise<TriggerOutcome | undefined> {
    const before = this.#triggers.get(id) ?? Promise.resolve();
    const triggered = before.then(async () => this.#with(id, triggerSchedule));
    const settled = triggered
      .catch(() => {})
      .finally(() => {
        if (this.#triggers.get(id) === settled) this.#triggers.delete(id);
      });
    this.#triggers.set(id, settled);
    return triggered;
  }

  async #summaries(): Promise<ScheduleSummary[]> {
    const found: ScheduleSummary[] = [];
    for await (const summary of this.#client.schedule.list()) {
      if (summary.action?.workflowType === WorkflowType.RunPeriodicWorker) found.push(summary);
    }
    return found.toSorted((a, b) => (a.scheduleId < b.scheduleId ? -1 : 1));
  }

  /** Does something with a Schedule of ours; undefined where there is none, or no longer. */
  async #with<T>(
    id: string,
    act: (handle: ScheduleHandle, description: ScheduleDescription) => Promise<T>,
  ): Promise<T | undefined> {
    const handle = this.#client.schedule.getHandle(id);
    try {
      return await this.#inTime(async () => {
        const description = await handle.describe();
        if (description.action.workflowType !== WorkflowType.RunPeriodicWorker) return undefined;
        return act(handle, description);
      });
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return undefined;
      throw error;
    }
  }

  async #inTime<T>(ask: () => Promise<T>): Promise<T> {
    return this.#client.withDeadline(Date.now() + TIMEOUT_MS, ask);
  }

  async #withRuns(schedules: readonly Found[]): Promise<Schedule[]> {
    const recent = schedules.map(({ info }) => info.recentActions.slice(-SHOWN).toReversed());
    const read = new Map<ScheduleExecutionResult, ScheduleRun>();
    await inFlight(READS_IN_FLIGHT, recent.flat(), async (action) => {
      read.set(action, await this.#runs.read(action));
    });
    return schedules.map((found, index) => ({
      ...tell(found),
      runs: (recent[index] ?? []).flatMap((action) => read.get(action) ?? []),
    }));
  }
}

function tell({ scheduleId, spec, state, info }: Found): Omit<Schedule, 'runs'> {
  return {
    id: scheduleId,
    timezone: spec?.timezone ?? 'UTC',
    paused: state.paused,
    note: noteOf(state),
    next: state.paused ? [] : info.nextActionTimes.slice(0, SHOWN).map((time) => time.toISOString()),
  };
}

/** Temporal has an empty one where nobody gave any. */
function noteOf({ note }: { readonly note?: string }): string | null {
  return note === undefined || note === '' ? null : note;
}
