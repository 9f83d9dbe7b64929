import { type Delivery, DeliveryState } from '../deliveries/delivery.ts';
import { type DeliverySelection, isSelected } from '../deliveries/delivery-selection.ts';
import { UnknownDeliveryError } from '../deliveries/errors.ts';
import type { DeadLetters, WorkflowService } from './dependencies.ts';
import { RequestRefusedError } from './errors.ts';

/** What redelivery needs. */
export interface RedeliveryDependencies {
  readonly deadLetters: DeadLetters;
  readonly workflows: Pick<WorkflowService, 'restartDelivery' | 'runningDeliveries'>;
}

/** What is sent again: what was given up, or what is still being tried. */
export type RedeliveryStatus = typeof DeliveryState.Dead | typeof DeliveryState.Waiting;

/** Deliveries read at a time. */
const PAGE = 100;

/** Workflows started at a time: more would crowd the cookies out. */
const AT_ONCE = 20;

/**
 * Sends one again at once, with all attempts before it and to its receiver as it is defined now, whether it was given up or
 * is still being tried.
 * @throws UnknownDeliveryError
 * @throws RequestRefusedError 409 where its receiver has taken it, or a digest will tell of it
 */
export async function redeliverOne(dependencies: RedeliveryDependencies, id: string): Promise<void> {
  const [delivery] = await dependencies.deadLetters.getAll([id]);
  if (delivery === undefined) throw new UnknownDeliveryError(id);
  const refusal = refusalFor(delivery);
  if (refusal !== undefined) throw new RequestRefusedError(409, `the delivery ${JSON.stringify(id)} ${refusal}`);
  await redeliver(dependencies, delivery);
}

/**
 * Sends all again that are meant; what a digest tells of goes with its digest.
 * @returns how many deliveries are on their way again
 */
export async function redeliverAll(
  dependencies: RedeliveryDependencies,
  status: RedeliveryStatus,
  selection: DeliverySelection,
): Promise<number> {
  const sent = new Set<string>();
  const pages = status === DeliveryState.Dead ? deadPages : waitingPages;
  for await (const page of pages(dependencies, selection)) {
    const carriers = (await carriersOf(dependencies, page)).filter(({ id }) => !sent.has(id));
    for (const { id } of carriers) sent.add(id);
    for (let first = 0; first < carriers.length; first += AT_ONCE) {
      const some = carriers.slice(first, first + AT_ONCE);
      await Promise.all(some.map(async (delivery) => redeliver(dependencies, delivery)));
    }
  }
  return sent.size;
}

async function* deadPages(
  { deadLetters }: RedeliveryDependencies,
  selection: DeliverySelection,
): AsyncIterable<Delivery[]> {
  for (let after: string | undefined; ;) {
    const page = await deadLetters.dead(after, PAGE, selection);
    yield page;
    after = page.at(-1)?.id;
    if (after === undefined) return;
  }
}

/** All are found before the first is sent: the workflows of those that are sent again would come up in later pages. */
async function* waitingPages(
  { deadLetters, workflows }: RedeliveryDependencies,
  selection: DeliverySelection,
): AsyncIterable<Delivery[]> {
  const running: string[] = [];
  for (let after: string | undefined; ;) {
    const { ids, next } = await workflows.runningDeliveries(PAGE, after);
    running.push(...ids);
    if (next === undefined) break;
    after = next;
  }
  for (let first = 0; first < running.length; first += PAGE) {
    const page = await deadLetters.getAll(running.slice(first, first + PAGE));
    const singly = page.filter(({ state, held }) => state === DeliveryState.Waiting && held === undefined);
    yield singly.filter((delivery) => isSelected(delivery, selection));
  }
}

/** What must be delivered for these to be told: they themselves, or the digests that tell of them. */
async function carriersOf({ deadLetters }: RedeliveryDependencies, letters: readonly Delivery[]): Promise<Delivery[]> {
  const digests = new Set(letters.flatMap(({ digest }) => (digest === undefined ? [] : [digest])));
  const carriers = await deadLetters.getAll([...digests]);
  // A digest that waits is on its way already.
  const toSend = carriers.filter(({ state }) => state !== DeliveryState.Waiting);
  return [...letters.filter(({ digest, id }) => digest === undefined && !digests.has(id)), ...toSend];
}

async function redeliver({ deadLetters, workflows }: RedeliveryDependencies, delivery: Delivery): Promise<void> {
  const { id } = delivery;
  // Given up first, what waits gets what a dead letter gets; if this process dies here, it is one.
  const waits = delivery.state === DeliveryState.Waiting;
  const { state, burials } = waits ? await deadLetters.bury(id, new Date().toISOString()) : delivery;
  if (state === DeliveryState.Delivered) return;
  // The workflow revives it, too: were this process to die after reviving it, nobody would deliver it.
  await workflows.restartDelivery(id, burials);
  await deadLetters.revive(id, burials);
}

function refusalFor({ state, held, digest }: Delivery): string | undefined {
  if (state === DeliveryState.Delivered) return 'has reached its receiver';
  if (state === DeliveryState.Dead || held === undefined) return undefined;
  return digest === undefined
    ? 'is gathered for a digest, which goes out when its window ends'
    : `is told by the digest ${JSON.stringify(digest)}, which is on its way`;
}
