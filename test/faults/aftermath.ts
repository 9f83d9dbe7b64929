import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { ApiClient } from './api-client.ts';
import type { Ledgers } from './ledgers.ts';
import { type Plan, VERSIONED_RULES } from './plan/plan.ts';
import { isSettled } from './verdict/check-jobs.ts';
import type { Findings } from './verdict/findings.ts';
import { look, type Sight } from './verdict/sight.ts';
import { untilQuiet } from './verdict/until-quiet.ts';
import type { World } from './world/world.ts';

/** What was put right when everything was back. */
export interface Mended {
  /** Dead letters, delivered after all. */
  readonly dead: number;
  /** Cookies that the Reconciler found, and that a client had given up on. */
  readonly foundExplained: number;
  /** Cookies that the Reconciler found, and nothing explains. */
  readonly foundUnexplained: number;
  readonly parked: number;
}

const RECONCILER = 'Reconciler';
const LOOK_MS = 250;
const DEADLINE_MS = 180_000;
const MAX_REDELIVERIES = 10;
const CANARIES = 100;
const CANARY_MS = 1_000;

const schedulesSchema = z.object({ schedules: z.array(z.object({ id: z.string() })) });
const scheduleSchema = z.object({ running: z.boolean() });
const triggerSchema = z.object({ triggered: z.boolean(), workflow_id: z.string() });
const statusSchema = z.object({
  parked: z.number().default(0),
  reconciler: z.object({ found: z.number() }).optional(),
});

/** What people and the Reconciler do when the trouble is over; everything is to be quiet before and after. */
export async function mendTheRest(plan: Plan, world: World, notes: Ledgers, findings: Findings): Promise<Mended> {
  const missing = new Set<string>();
  const wait = async (): Promise<void> => {
    for (const one of await untilQuiet(world, notes, missing)) {
      missing.add(one);
      findings.violations.push(`waited in vain for ${one}`);
    }
    notes.note('everything is quiet');
  };
  await wait();
  const api = new ApiClient(world.apiUrl);
  await pauseRetrievals(api);
  const sight = await look(world);
  const lost: Lost = {
    cookies: [...sight.cookies].filter(([, opened]) => !isSettled(opened)).map(([identifier]) => identifier),
    deliveries: sight.deliveries.filter(({ state }) => state === 'waiting').map(({ id }) => id),
  };
  const explained = lost.cookies.length + lost.deliveries.length;
  if (explained > 0) notes.note(`to be found by the Reconciler: ${[...lost.cookies, ...lost.deliveries].join(', ')}`);
  const found = await reconcile(api, lost);
  if (found !== undefined) {
    findings.expect(
      found === explained,
      () => `the Reconciler found ${found} of ${explained}: ${JSON.stringify(lost)}`,
    );
  }
  const dead = countDead(plan, sight, findings);
  const parked = statusSchema.parse(await api.get('/queue/status')).parked;
  findings.expect(parked === 0, () => `${parked} cookies are parked`);
  for (const cookie of notes.cookies.values()) cookie.abandoned = false;
  for (const cookie of notes.cookies.values()) cookie.deliversAll = true;
  await wait();
  await redeliverUntilTaken(api, world, wait);
  await checkCanary(api, world, notes, findings);
  await wait();
  await redeliverUntilTaken(api, world, wait);
  return {
    dead,
    parked,
    foundExplained: Math.min(found ?? 0, explained),
    foundUnexplained: Math.max(0, (found ?? 0) - explained),
  };
}

async function pauseRetrievals(api: ApiClient): Promise<void> {
  const { schedules } = schedulesSchema.parse(await api.get('/schedules'));
  for (const { id } of schedules) {
    if (id === RECONCILER) continue;
    await api.post(`/schedules/${id}/pause`, { note: 'the faults are over' });
    await idle(api, id);
  }
}

async function idle(api: ApiClient, id: string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (scheduleSchema.parse(await api.get(`/schedules/${id}`)).running) {
    if (Date.now() > deadline) throw new Error(`a run of ${id} does not end`);
    await delay(LOOK_MS);
  }
}

/** What nobody is at, for reasons that are known. */
interface Lost {
  readonly cookies: readonly string[];
  readonly deliveries: readonly string[];
}

/** @returns how much the Reconciler found; undefined where there is none, and it is all taken up by hand */
async function reconcile(api: ApiClient, lost: Lost): Promise<number | undefined> {
  const { schedules } = schedulesSchema.parse(await api.get('/schedules'));
  if (!schedules.some(({ id }) => id === RECONCILER)) {
    for (const path of lost.cookies) await api.post('/queue/reprocess', { path });
    for (const id of lost.deliveries) await api.post('/notifications/redeliver', { id });
    return undefined;
  }
  await idle(api, RECONCILER);
  while (!triggerSchema.parse(await api.post(`/schedules/${RECONCILER}/trigger`)).triggered) await delay(LOOK_MS);
  await delay(LOOK_MS);
  await idle(api, RECONCILER);
  return statusSchema.parse(await api.get('/queue/status')).reconciler?.found;
}

/** Dead letters had all their attempts. */
function countDead({ attempts }: Plan, sight: Sight, findings: Findings): number {
  const dead = sight.deliveries.filter(({ state }) => state === 'dead');
  for (const delivery of dead) {
    findings.expect(
      delivery.attempts === attempts,
      () => `${delivery.id} was given up after ${delivery.attempts} of ${attempts} attempts: ${delivery.lastError}`,
    );
  }
  return dead.length;
}

/** On a busy machine a receiver may be late every time. */
async function redeliverUntilTaken(api: ApiClient, world: World, wait: () => Promise<void>): Promise<void> {
  for (let turn = 1; turn <= MAX_REDELIVERIES; turn += 1) {
    const isAnyDead = (await look(world)).deliveries.some(({ state }) => state === 'dead');
    if (!isAnyDead) return;
    await api.post('/notifications/redeliver', { status: 'dead' });
    await wait();
  }
}

/** A cookie that comes now is judged by the rules as they were saved last. */
async function checkCanary(api: ApiClient, world: World, notes: Ledgers, findings: Findings): Promise<void> {
  const wanted = VERSIONED_RULES.map((rule) => notes.versions.get(rule)?.at(-1));
  let told: readonly unknown[] = [];
  for (let count = 0; count < CANARIES; count += 1) {
    const identifier = `/canary/${count}`;
    const timestamp = new Date(Date.UTC(2026, 1, 1)).toISOString();
    const enrichments = [{ source: 'manual', timestamp, metadata: { flag: true } }];
    await api.post('/cookiejar', { identifier, enrichments });
    notes.cookie(identifier).stored.push(...enrichments);
    await delay(CANARY_MS);
    const deliveries = (await look(world)).deliveries.filter(
      ({ notification }) => notification.identifier === identifier,
    );
    told = VERSIONED_RULES.map((rule) =>
      versionIn(deliveries.find(({ notification }) => notification.sender === rule)),
    );
    if (told.join() === wanted.join()) return;
  }
  findings.violations.push(`the rules in force are versions ${told.join()}, and ${wanted.join()} were saved last`);
}

function versionIn(delivery: Sight['deliveries'][number] | undefined): unknown {
  const data = delivery?.notification.data;
  return typeof data === 'object' && data !== null && !Array.isArray(data) && 'version' in data
    ? data['version']
    : undefined;
}
