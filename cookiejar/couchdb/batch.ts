import { AccessDeniedError, DocumentTooLargeError, StoreRefusedError, StoreUnavailableError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { StoredDocument, WriteOutcome } from './answers.ts';
import { type Chain, applyChain } from './chain.ts';
import { type Entry, type UpdateEntry, idsOf } from './entry.ts';
import type { CouchStore, DocumentText } from './store.ts';

/** The largest document: CouchDB's `max_document_size` as it comes; the same for every store, lest one take less. */
const MAX_DOCUMENT_BYTES = 8_000_000;

/** CouchDB locks a user out for minutes who is turned away a few times in a row. */
const DENIED_PAUSE_MS = 60_000;

/** What it says of a document, within the answer to a bulk of them, that it will never take. */
const FINAL_STATUSES: Readonly<Record<string, number>> = {
  bad_request: 400,
  doc_validation: 400,
  illegal_docid: 400,
  document_too_large: 413,
  too_large: 413,
};

/** What a batch leaves to later ones; everybody else in it was answered. */
export interface Leftovers {
  /** They need what came of this batch. */
  readonly postponed: UpdateEntry[];
  /** Somebody else wrote their document meanwhile. */
  readonly conflicted: UpdateEntry[];
  /** The store refused the request that they were part of; another one may be to blame. */
  readonly suspected: Entry[];
  /** The store did not answer; what they wrote may have been stored. */
  readonly unanswered: Entry[];
  /** Why the store did not answer. */
  outage?: StoreUnavailableError;
}

type WritingChain = Chain & { readonly document: DocumentText };

/** Reads all documents of a batch with one request, applies the changes, and writes them with one request. */
export async function runBatch(store: CouchStore, entries: readonly Entry[]): Promise<Leftovers> {
  const leftovers: Leftovers = { postponed: [], conflicted: [], suspected: [], unanswered: [] };
  const stored = await sortingOut(entries, leftovers, async () => store.read([...new Set(entries.flatMap(idsOf))]));
  if (stored === undefined) return leftovers;
  answerReads(entries, stored);
  for (const bulk of bulksOf(applyUpdates(entries, stored, leftovers), store.bulkLimit.bytes)) {
    const waiting = bulk.flatMap(({ applied }) => applied);
    const outcomes = await sortingOut(waiting, leftovers, async () =>
      store.write(bulk.map(({ document }) => document)),
    );
    if (outcomes) for (const chain of bulk) answerWrite(chain, outcomes.get(chain.document.id), leftovers);
  }
  return leftovers;
}

/** Makes a request for several entries; where it fails, decides what becomes of them. */
async function sortingOut<T>(
  entries: readonly Entry[],
  leftovers: Leftovers,
  request: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof StoreUnavailableError) {
      leftovers.unanswered.push(...entries);
      leftovers.outage = error;
    } else if (error instanceof AccessDeniedError) {
      // It was let in when the jar was opened: a password is being changed, or a session database restored.
      leftovers.unanswered.push(...entries);
      leftovers.outage = new StoreUnavailableError(error.message, DENIED_PAUSE_MS);
    } else if (entries.length > 1 && error instanceof StoreRefusedError) {
      for (const entry of entries) entry.company = Math.ceil(entries.length / 2);
      leftovers.suspected.push(...entries);
    } else {
      for (const entry of entries) entry.reject(error);
    }
    return undefined;
  }
}

function answerReads(entries: readonly Entry[], stored: ReadonlyMap<string, StoredDocument>): void {
  for (const entry of entries) if (entry.kind === 'read') entry.resolve(liveBodies(entry.ids, stored));
}

function liveBodies(ids: readonly string[], stored: ReadonlyMap<string, StoredDocument>): Map<string, JsonObject> {
  const bodies = new Map<string, JsonObject>();
  for (const id of ids) {
    const document = stored.get(id);
    if (document?.kind === 'live') bodies.set(id, document.body);
  }
  return bodies;
}

/** Answers the updates that change nothing. @returns the chains that do */
function applyUpdates(
  entries: readonly Entry[],
  stored: ReadonlyMap<string, StoredDocument>,
  leftovers: Leftovers,
): WritingChain[] {
  const writing: WritingChain[] = [];
  for (const [id, updates] of updatesById(entries)) {
    const chain = applyChain(id, stored.get(id) ?? { kind: 'absent' }, updates);
    leftovers.postponed.push(...chain.postponed);
    if (chain.document === undefined) answerChain(chain);
    else if (Buffer.byteLength(chain.document.text) > MAX_DOCUMENT_BYTES) refuse(chain, chain.document, leftovers);
    else writing.push({ ...chain, document: chain.document });
  }
  return writing;
}

/** The last change may be the one that was too much: alone the others may fit. */
function refuse({ applied }: Chain, { id, text }: DocumentText, leftovers: Leftovers): void {
  if (applied.length > 1) {
    for (const entry of applied) entry.company = 1;
    leftovers.suspected.push(...applied);
    return;
  }
  const error = new DocumentTooLargeError(id, Buffer.byteLength(text), MAX_DOCUMENT_BYTES);
  for (const entry of applied) entry.reject(error);
}

function updatesById(entries: readonly Entry[]): Map<string, UpdateEntry[]> {
  const groups = new Map<string, UpdateEntry[]>();
  for (const entry of entries) {
    if (entry.kind === 'read') continue;
    const group = groups.get(entry.id);
    if (group) group.push(entry);
    else groups.set(entry.id, [entry]);
  }
  return groups;
}

function bulksOf(chains: readonly WritingChain[], maxBytes: number): WritingChain[][] {
  const bulks: WritingChain[][] = [];
  let room = 0;
  for (const chain of chains) {
    const bytes = Buffer.byteLength(chain.document.text);
    const bulk = bulks.at(-1);
    if (bulk && bytes <= room) bulk.push(chain);
    else {
      bulks.push([chain]);
      room = maxBytes;
    }
    room -= bytes;
  }
  return bulks;
}

function answerWrite(chain: WritingChain, outcome: WriteOutcome | undefined, leftovers: Leftovers): void {
  const entries = chain.applied;
  const { id } = chain.document;
  if (outcome && outcome.error === undefined) answerChain(chain);
  else if (outcome?.error === 'conflict') leftovers.conflicted.push(...entries);
  else if (outcome?.error !== undefined && isFinal(outcome.error)) {
    for (const entry of entries) entry.reject(refusal(id, outcome.error, outcome.reason));
  } else {
    leftovers.unanswered.push(...entries);
    leftovers.outage = new StoreUnavailableError(`CouchDB could not write '${id}': ${outcome?.error ?? 'no outcome'}`);
  }
}

function isFinal(word: string): boolean {
  return word === 'forbidden' || word === 'unauthorized' || Object.hasOwn(FINAL_STATUSES, word);
}

function refusal(id: string, word: string, reason = word): StoreRefusedError {
  const what = `the writing of '${id}'`;
  const status = FINAL_STATUSES[word];
  return status === undefined
    ? new AccessDeniedError(403, what, reason, word)
    : new StoreRefusedError(status, what, reason, word);
}

function answerChain({ applied }: Chain): void {
  for (const entry of applied) entry.resolve();
}
