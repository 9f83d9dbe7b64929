import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { DocumentChanges } from '../cookie-jar.ts';
import { StoreRefusedError, StoreUnavailableError } from '../errors.ts';
import { type ChangesAnswer, generation } from './answers.ts';
import type { Patience } from './patience.ts';
import type { CouchStore } from './store.ts';

/** Rows in one page of changes. */
const ROWS_PER_PAGE = 1000;

/** Of the whole history of a database. */
const BEGINNING = '0';
const NOW = 'now';

/** What CouchDB says of a sequence number that it cannot read. */
const MALFORMED = 400;

/** Local documents are not replicated, so a copy of the database has a name of its own, and positions of its own. */
const IDENTITY_DOCUMENT = 'cookie-monster';
const IDENTITY_BYTES = 16;
const identitySchema = z.object({ identity: z.string().regex(/^[0-9a-f]+$/) });

/** Pages of what changed since a position, up to what had changed when it was called, and perhaps further. */
export async function* followChanges(
  store: CouchStore,
  patience: Patience,
  since: string | undefined,
): AsyncIterable<DocumentChanges> {
  const identity = await patience.insist(async () => identityOf(store));
  const known = since === undefined ? undefined : sequenceOf(since, identity);
  let { answer, anew } = await patience.insist(async () => firstPage(store, known));
  // Others may write as fast as they are read: what comes after the first look is left to the next time.
  let left = answer.results.length + (answer.pending ?? Infinity);
  for (;;) {
    yield { ...toPage(answer, identity), ...(anew && { anew }) };
    left -= answer.results.length;
    if (answer.results.length < ROWS_PER_PAGE || left <= 0) return;
    const { last_seq: last } = answer;
    answer = await patience.insist(async () => store.changes(last, ROWS_PER_PAGE));
    anew = false;
  }
}

/** The position behind everything that has changed up to now. */
export async function newestPosition(store: CouchStore, patience: Patience): Promise<string> {
  const identity = await patience.insist(async () => identityOf(store));
  const { last_seq: last } = await patience.insist(async () => store.changes(NOW, 1));
  return toPosition(identity, last);
}

async function firstPage(
  store: CouchStore,
  since: string | undefined,
): Promise<{ answer: ChangesAnswer; anew: boolean }> {
  if (since !== undefined) {
    try {
      const answer = await store.changes(since, ROWS_PER_PAGE);
      if (!isBefore(answer.last_seq, since)) return { answer, anew: false };
    } catch (error) {
      if (!(error instanceof StoreRefusedError && error.status === MALFORMED)) throw error;
    }
  }
  return { answer: await store.changes(BEGINNING, ROWS_PER_PAGE), anew: true };
}

/**
 * The embedded jar counts, so a database that has not come as far as it had was put back to an older state. CouchDB knows
 * its own sequence numbers again.
 */
function isBefore(sequence: string, other: string): boolean {
  return /^\d+$/.test(sequence) && /^\d+$/.test(other) && Number(sequence) < Number(other);
}

/** The name of this very database: another one made under its name later has another. */
async function identityOf(store: CouchStore): Promise<string> {
  const found = identitySchema.safeParse(await store.readLocal(IDENTITY_DOCUMENT));
  if (found.success) return found.data.identity;
  await store.createLocal(IDENTITY_DOCUMENT, { identity: randomBytes(IDENTITY_BYTES).toString('hex') });
  // Somebody else may have been quicker.
  const written = identitySchema.safeParse(await store.readLocal(IDENTITY_DOCUMENT));
  if (written.success) return written.data.identity;
  throw new StoreUnavailableError(`CouchDB does not show the local document '${IDENTITY_DOCUMENT}' that was written`);
}

/** @returns undefined where the position was not given by this database */
function sequenceOf(position: string, identity: string): string | undefined {
  return position.startsWith(`${identity}:`) ? position.slice(identity.length + 1) : undefined;
}

function toPage({ results, last_seq: last }: ChangesAnswer, identity: string): DocumentChanges {
  return {
    position: toPosition(identity, last),
    changes: results.map(({ id, deleted, changes: [{ rev }] }) => ({ id, deleted, version: generation(rev) })),
  };
}

function toPosition(identity: string, sequence: string): string {
  return `${identity}:${sequence}`;
}
