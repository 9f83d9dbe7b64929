import { setTimeout as delay } from 'node:timers/promises';
import type { Delivery } from '../../../deliveries/delivery.ts';
import type { Ledgers } from '../ledgers.ts';
import type { World } from '../world/world.ts';
import { isSettled } from './check-jobs.ts';
import { showings } from './check-knowledge.ts';
import { isLeftBehind } from './left-behind.ts';
import { look, runningOf, type Sight } from './sight.ts';

const LOOK_MS = 800;
const DEADLINE_MS = 300_000;
/** Nothing runs, nothing changes, and still something is missing: nothing will come any more. */
const STUCK_MS = 45_000;

/** A process that is left alone with a delivery hands it on within ten seconds; only where it died is it left behind. */
const HANDED_ON_MS = 25_000;

/**
 * Waits until nothing is left to be done, or nothing is being done any more.
 * @param given what was waited for in vain before
 * @returns what is still missing
 */
export async function untilQuiet(
  world: World,
  notes: Ledgers,
  given: ReadonlySet<string> = new Set(),
): Promise<readonly string[]> {
  const deadline = Date.now() + DEADLINE_MS;
  let missing = ['everything'];
  let since = Date.now();
  const waitingSince = new Map<string, number>();
  while (Date.now() < deadline && Date.now() - since < STUCK_MS) {
    const sight = await look(world).catch(() => undefined);
    const all = sight === undefined ? ['an answer'] : missingIn(sight, notes, waitingSince);
    const now = all.filter((one) => !given.has(one));
    if (now.length === 0) return [];
    if (now.join() !== missing.join()) since = Date.now();
    missing = now;
    await delay(LOOK_MS);
  }
  return missing;
}

function missingIn(sight: Sight, notes: Ledgers, waitingSince: Map<string, number>): string[] {
  const { cookies, deliveries } = sight;
  const isLeft = (delivery: Delivery): boolean => {
    const since = waitingSince.get(delivery.id) ?? Date.now();
    waitingSince.set(delivery.id, since);
    return Date.now() - since > HANDED_ON_MS && isLeftBehind(delivery, notes, sight);
  };
  const cookie = (identifier: string) => cookies.get(identifier)?.cookie;
  return [
    ...runningOf(sight).map(({ id }) => `the end of ${id}`),
    ...[...cookies]
      .filter(([identifier, opened]) => !isSettled(opened) && !isAbandoned(notes, identifier))
      .map(([identifier]) => `the settling of ${identifier}`),
    ...deliveries
      .filter((delivery) => delivery.state === 'waiting' && !isLeft(delivery))
      .map(({ id }) => `the delivery ${id}`),
    ...[...notes.files]
      .filter(([path, { states, gone }]) => !gone && newestHash(cookie(path)) !== states.at(-1)?.sha256)
      .map(([path]) => `the last state of ${path}`),
    ...[...notes.zone]
      .filter(([path, texts]) => [...texts.values()].some((text) => !showings(cookie(path)).has(text)))
      .map(([path]) => `what happened to ${path}`),
  ];
}

/**
 * Nobody but the Reconciler wakes a cookie that a client gave up on, or whose file was gone before the retrieval was
 * repeated that a worker died in, having stored it.
 */
function isAbandoned(notes: Ledgers, identifier: string): boolean {
  return notes.cookies.get(identifier)?.abandoned === true || notes.files.get(identifier)?.gone === true;
}

function newestHash(cookie: Parameters<typeof showings>[0]): unknown {
  return cookie?.enrichments.mostRecent('folder_update')?.metadata['sha256'];
}
