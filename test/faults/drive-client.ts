import { setTimeout as delay } from 'node:timers/promises';
import type { ClientPlan, ClientRequest } from './plan/plan.ts';
import type { Ledgers } from './ledgers.ts';
import type { World } from './world/world.ts';

interface ClientMeans {
  readonly world: World;
  readonly notes: Ledgers;
  /** When everything began, in milliseconds since 1970. */
  readonly began: number;
}

const PATIENCE_MS = 5_000;
const PAUSE_MS = 150;
/** A request that is not answered within this, though everything is back, is a failure of its own. */
const DEADLINE_MS = 240_000;
/** Too late, on a machine that is too busy to read a request in time; and too many. */
const TRY_AGAIN: ReadonlySet<number> = new Set([408, 429]);
const DELETED = new Set([200, 404]);

/** Makes a client's requests in their order, each not before its time; notes what was answered. */
export async function runClient({ givesUp, requests }: ClientPlan, means: ClientMeans): Promise<void> {
  for (const request of requests) {
    await delay(Math.max(0, means.began + request.at - Date.now()));
    means.notes.requests += 1;
    if (givesUp) await askOnce(request, means);
    else await askUntilAnswered(request, means);
  }
}

async function askOnce(request: ClientRequest, { world, notes }: ClientMeans): Promise<void> {
  const status = await ask(request, world);
  if (status === 200) answered(request, notes, 1);
  else abandoned(request, notes);
}

async function askUntilAnswered(request: ClientRequest, { world, notes }: ClientMeans): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  for (let attempt = 1; ; attempt += 1) {
    const status = await ask(request, world);
    if (isAnswered(request, status)) return answered(request, notes, attempt);
    if (status !== undefined && status < 500 && !TRY_AGAIN.has(status))
      throw new Error(`${JSON.stringify(request)} was answered with ${status}`);
    if (Date.now() > deadline) throw new Error(`${JSON.stringify(request)} was not answered, lastly with ${status}`);
    notes.retries += 1;
    await delay(PAUSE_MS);
  }
}

function isAnswered({ kind }: ClientRequest, status: number | undefined): boolean {
  return status === 200 || (kind === 'delete' && status !== undefined && DELETED.has(status));
}

/** @returns the status; undefined where there was no whole answer */
async function ask(request: ClientRequest, { apiUrl }: World): Promise<number | undefined> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  try {
    const response =
      request.kind === 'delete'
        ? await fetch(`${apiUrl}/cookiejar?identifier=${encodeURIComponent(request.identifier)}`, {
            method: 'DELETE',
            headers: { accept: 'application/json' },
            signal,
          })
        : await fetch(`${apiUrl}/${request.kind === 'push' ? 'cookiejar' : 'queue/reprocess'}`, {
            method: 'POST',
            headers,
            body: JSON.stringify(request.kind === 'push' ? request.updates : { path: request.identifier }),
            signal,
          });
    await response.text();
    return response.status;
  } catch {
    return undefined;
  }
}

function answered(request: ClientRequest, notes: Ledgers, attempts: number): void {
  if (request.kind === 'push') {
    for (const { identifier, enrichments } of request.updates) {
      notes.cookie(identifier).stored.push(...enrichments);
      // An attempt that was given up may still be stored later, after a deletion even.
      if (attempts > 1) notes.cookie(identifier).possible.push(...enrichments);
    }
    return;
  }
  const cookie = notes.cookie(request.identifier);
  if (request.kind === 'reprocess') {
    cookie.reprocessed += 1;
    return;
  }
  notes.note(`${request.identifier} is deleted, at attempt ${attempts}`);
  cookie.stored.length = 0;
  cookie.reprocessed = 0;
  cookie.deleted = true;
}

function abandoned(request: ClientRequest, notes: Ledgers): void {
  if (request.kind !== 'push') return;
  notes.note(`a client gives up on ${request.updates.map(({ identifier }) => identifier).join(', ')}`);
  for (const { identifier, enrichments } of request.updates) {
    notes.cookie(identifier).possible.push(...enrichments);
    notes.cookie(identifier).abandoned = true;
  }
}
