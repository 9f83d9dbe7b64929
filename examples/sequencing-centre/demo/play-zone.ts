import { setTimeout as sleep } from 'node:timers/promises';
import type { Catalogue } from '../../../test/support/irods/catalogue.ts';
import type { ObjectEvent, PlannedObject } from './planned-object.ts';

const LOOK_EVERY_MS = 100;
/** How long before the demo lay what was there before it. */
const LONG_AGO_S = 86_400;
const FIRST = { number: 0, status: 1 };
const BEING_WRITTEN = { number: 1, status: 2, checksum: null, resource: 'green-1' };
const GOOD = 1;

/** How a plan is played. */
export interface Play {
  /** Seconds from the first event to the last. */
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** Told how many objects have come into being so far. */
  readonly onArrival: (objects: number) => void;
}

interface Step {
  readonly path: string;
  readonly event: ObjectEvent;
}

/** Lets everything that lay in the zone before come into being. */
export function layZone(catalogue: Catalogue, plan: readonly PlannedObject[]): void {
  const longAgo = catalogue.clock() - LONG_AGO_S;
  const before = stepsOf(plan).filter(({ event }) => event.at < 0);
  catalogue.together(() => before.forEach((step) => apply(catalogue, step, longAgo)));
}

/** Lets everything else happen when its time has come. @throws AbortError */
export async function playZone(catalogue: Catalogue, plan: readonly PlannedObject[], play: Play): Promise<void> {
  const { seconds, signal, onArrival } = play;
  const steps = stepsOf(plan);
  let done = steps.filter(({ event }) => event.at < 0).length;
  const begun = Date.now();
  while (done < steps.length) {
    const now = (Date.now() - begun) / 1000 / seconds;
    const due = steps.slice(done).filter(({ event }) => event.at <= now);
    catalogue.together(() => due.forEach((step) => apply(catalogue, step, catalogue.clock())));
    done += due.length;
    onArrival(countArrivals(steps.slice(0, done)));
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** All that happens, in order; of one object in the order of its life. */
function stepsOf(plan: readonly PlannedObject[]): Step[] {
  const steps = plan.flatMap(({ path, events }) => events.map((event) => ({ path, event })));
  return steps.toSorted((a, b) => a.event.at - b.event.at);
}

function countArrivals(steps: readonly Step[]): number {
  return steps.filter(({ event }) => event.kind === 'created').length;
}

/** @param at epoch seconds */
function apply(catalogue: Catalogue, { path, event }: Step, at: number): void {
  switch (event.kind) {
    case 'created':
      catalogue.putObject(path, { at, replicas: [{ ...FIRST, checksum: event.checksum }] });
      break;
    case 'described':
      for (const avu of event.avus) catalogue.addAvu(path, avu, { at });
      break;
    case 'replicating':
      catalogue.addReplica(path, BEING_WRITTEN, { at });
      break;
    case 'replicated':
      catalogue.setReplica(path, BEING_WRITTEN.number, { status: GOOD, checksum: event.checksum, at });
      break;
    case 'trashed':
      catalogue.trash(path, { at });
      break;
    case 'removed':
      catalogue.remove(path);
      break;
  }
}
