import type { Cookie } from './cookie.ts';
import type { Enrichment } from './enrichment.ts';
import type { JsonObject } from './json.ts';

/** Enrichments to add to one cookie. */
export interface CookieUpdate {
  readonly identifier: string;
  readonly enrichments: readonly Enrichment[];
}

/** What {@link CookieJar.enrich} did for one update. */
export interface EnrichOutcome {
  readonly identifier: string;
  /** The enrichments that were new: neither in the jar already nor equal to the one before them of their source. */
  readonly stored: readonly Enrichment[];
  /** Digest over all enrichments of the cookie but `rule_application`. */
  readonly knowledge: string;
  /** Whether the cookie's knowledge differs from what was last settled, so that it must be woken. */
  readonly unsettled: boolean;
}

/** The mark that a job leaves on its cookie when it has nothing left to do. */
export interface Settled {
  /** The knowledge it had judged last. */
  readonly knowledge: string;
  /** Content hash of the rulebook it was pinned to. */
  readonly rulebook: string;
  /** The job's id: the id of the oldest wake it served. */
  readonly job: string;
  /** ISO instant. */
  readonly at: string;
  /** Why the job failed for good, where it did. */
  readonly failed?: string;
}

/** Why a cookie is parked: what one job could not do, and what the cookie knew then. */
export interface Parking {
  readonly job: string;
  readonly reason: string;
  /** ISO instant. */
  readonly at: string;
  /** Content hash of the rulebook the job was pinned to; absent where it came to none. */
  readonly rulebook?: string;
  /** Absent where it could not be read. */
  readonly knowledge?: string;
}

/** User code that threw, ran too long or gave something unusable while a job ran. */
export interface Problem {
  readonly kind: 'rule' | 'loader' | 'receiver';
  readonly id: string;
  /** The file that defines it, relative to the rules folder. */
  readonly file: string;
  readonly message: string;
  readonly job: string;
  /** ISO instant. */
  readonly at: string;
}

/** The rulebook version that a started job goes on with. */
export interface Pin {
  readonly job: string;
  readonly rulebook: string;
  /** The last round of the job that left traces on the cookie. Absent in documents of older versions. */
  readonly round?: number;
}

/** A cookie as a job finds it. */
export interface OpenedCookie {
  /** An empty cookie where the jar has none. */
  readonly cookie: Cookie;
  /** Whether the jar has it. */
  readonly known: boolean;
  /** Opaque: which state was read. Handed back by writes that must not revive a cookie deleted since. */
  readonly basis: string;
  readonly knowledge: string;
  /** Keys of its enrichments: what whoever judges it has seen. */
  readonly seen: ReadonlySet<string>;
  readonly settled?: Settled;
  readonly pin?: Pin;
  /**
   * The cookie as the last judgement of the pinned job saw it; absent where nothing has come since (what it left itself
   * is something), where too much has, or where it was settled since. So a judgement of which nobody knows how far it
   * came can be brought to its end.
   */
  readonly asJudged?: Cookie;
}

/** The version that a job goes by, as the jar answers what a judgement leaves. */
export interface RecordedPin extends Pin {
  /** Nothing was stored: this job was judged by somebody else since, and may have been settled. */
  readonly lookAgain?: true;
}

/** What one judgement leaves on the cookie. Never creates or revives one; storing it again changes nothing. */
export interface JudgementRecord {
  readonly pin: Pin;
  /** See `OpenedCookie.basis`: of a cookie that was deleted since, nothing is kept. Absent: whatever cookie is there. */
  readonly basis?: string;
  /** What it saw of the cookie: see `OpenedCookie.seen`. Absent: the cookie as it was seen last is kept. */
  readonly seen?: ReadonlySet<string>;
  /** `rule_application` enrichments: kept once per (`metadata.job`, `metadata.rule_id`), the first one wins. */
  readonly applications: readonly Enrichment[];
  /** Kept once per (job, kind, id), the newest {@link MAX_PROBLEMS} of them. */
  readonly problems: readonly Problem[];
}

/** That a cookie was created, changed or deleted. */
export interface CookieChange {
  readonly identifier: string;
  /** Whether it was gone then. */
  readonly deleted: boolean;
  /** Grows with every change of the cookie, also when it is deleted and created again. */
  readonly version: number;
}

/** One page of the changes of all cookies. */
export interface ChangePage {
  /** Opaque: everything up to here has been told. To be stored, and handed back as `since`. */
  readonly position: string;
  /** Each cookie once, in any order; none where only other documents changed, also when there is more to come. */
  readonly changes: readonly CookieChange[];
  /**
   * On the first page where it begins at the beginning of the jar: no `since` was given, or one of another jar. Then
   * what was deleted before is not told.
   */
  readonly anew?: true;
}

/** Which cookies to list. */
export interface CookieSelection {
  /** What their identifiers start with. @default all cookies */
  readonly prefix?: string;
  /** Only those whose identifiers come after this one. */
  readonly after?: string;
}

/** Read-only view of the jar, as user code gets it. */
export interface JarReader {
  /** The whole cookie, or undefined if the jar has none. */
  fetch(identifier: string): Promise<Cookie | undefined>;
}

/** Reads many cookies, and what happens to them, in bounded memory. */
export interface CookieFeed {
  /**
   * What has changed since a position that an earlier page gave, whatever changed it; ends when it has caught up. A
   * change is told at least once. The last page's position is the newest, also where nothing has changed.
   * @param since the beginning where absent, or where it is of no use: given by another database, say
   */
  changes(since?: string): AsyncIterable<ChangePage>;
  /** Where the changes are now: what comes later is told since this position. */
  position(): Promise<string>;
  /** Whole cookies in code point order of their identifiers. One that changes meanwhile comes as it was before or after. */
  cookies(selection?: CookieSelection): AsyncIterable<Cookie>;
  /**
   * The cookies that exist, by identifier.
   * @throws InvalidIdentifierError
   */
  fetchAll(identifiers: readonly string[]): Promise<Map<string, Cookie>>;
}

/** Stores cookies. Every method may be repeated without harm, and waits through outages of its store. */
export interface CookieJar extends JarReader, CookieFeed {
  /**
   * Adds enrichments, creating cookies as needed; outcomes in the order of the updates.
   * @throws InvalidIdentifierError, InvalidEnrichmentError before anything is stored
   */
  enrich(updates: readonly CookieUpdate[]): Promise<EnrichOutcome[]>;
  /**
   * Adds what a loader brought, unless the cookie was deleted since `basis` was read.
   * @returns the outcome, or undefined where the cookie is gone
   */
  enrichFrom(basis: string, update: CookieUpdate): Promise<EnrichOutcome | undefined>;
  /** Opens cookies for judging, in the order asked for. */
  open(identifiers: readonly string[]): Promise<OpenedCookie[]>;
  /**
   * Stores a judgement's traces on the cookie, if it still exists, and if its job goes by that rulebook version and left
   * no traces that the judgement did not see.
   * @returns the version that it goes by: the first one that left traces. Undefined where the cookie is gone
   */
  recordJudgement(identifier: string, record: JudgementRecord): Promise<RecordedPin | undefined>;
  /**
   * Marks which knowledge was settled, if the cookie still exists and was not deleted since `basis` was read. One
   * that failed is parked, one that did not no more.
   */
  settle(identifier: string, settled: Settled, basis?: string): Promise<void>;
  /**
   * Parks a cookie whose job cannot even settle, if it still exists: until a job settles it, or it knows something else.
   * The mark that it failed is left on it where that can be done.
   */
  park(identifier: string, parking: Parking): Promise<void>;
  /**
   * Those among some cookies that know something that was not settled, and are not parked, each with a digest of what
   * they know. Reads no pages, so that it costs little.
   */
  unsettled(identifiers: readonly string[]): Promise<Map<string, string>>;
  /**
   * Removes the cookie whole.
   * @param basis removes the cookie that was opened with it only, not one that was made anew since that was deleted
   * @returns undefined if there was none
   */
  delete(identifier: string, basis?: string): Promise<DeletedCookie | undefined>;
  /** Identifiers with a prefix, in code point order, streamed; `after` (exclusive) resumes. */
  identifiers(prefix: string, after?: string): AsyncIterable<string>;
}

/** A cookie that was removed, as it was at that moment. */
export interface DeletedCookie {
  /** The job that went on, or had gone on, with it; also absent where its document is damaged. */
  readonly pin?: Pin;
}

/** How many problems a cookie's document keeps. */
export const MAX_PROBLEMS = 20;

/** What a change function decides about one document: to write it, to remove it, or neither. */
export type DocumentChange<T> = { readonly result: T; readonly write?: JsonObject; readonly remove?: true };

/** A document as a change function finds it. */
export interface FoundDocument {
  /** Undefined where the document does not exist. */
  readonly body: JsonObject | undefined;
  /** How many revisions it had when it was deleted; absent where it exists or never did. Grows with every deletion. */
  readonly deletedAt?: number;
}

/** What a change function may know beside the document's body. */
export interface DocumentContext extends FoundDocument {
  /**
   * What the first attempt of this same update found. It differs after a conflict, or where the answer to a write was
   * lost: then the write may have been stored, and what came of it been changed or deleted since.
   */
  readonly first: FoundDocument;
}

/**
 * Documents of other kinds beside the cookies (`rulebook:`, `retrieval:`, `delivery:` …), with the same group commit
 * and the same patience through outages. Bodies are given and returned without `_id` and `_rev`.
 */
export interface Documents {
  /** The documents that exist, by id. */
  read(ids: readonly string[]): Promise<Map<string, JsonObject>>;
  /**
   * Reads, changes and writes one document; after a conflict reads and changes again. `change` must be pure, and
   * harmless when it was stored already: the answer to a write can be lost.
   * Several updates of one document in one batch see each other's outcome.
   * @throws StoreRefusedError where the store refuses the document for good, and whatever `change` throws
   */
  update<T>(
    id: string,
    change: (current: JsonObject | undefined, context: DocumentContext) => DocumentChange<T>,
  ): Promise<T>;
  /** Documents whose id starts with a prefix, in code point order, streamed in pages; `after` (exclusive id) resumes. */
  list(prefix: string, after?: string): AsyncIterable<{ readonly id: string; readonly body: JsonObject }>;
  /** Only the ids of what {@link Documents.list} lists. */
  listIds(prefix: string, after?: string): AsyncIterable<string>;
}

/** That a document was created, changed or deleted. */
export interface ChangedDocument {
  readonly id: string;
  readonly deleted: boolean;
  /** How many revisions it had by then. */
  readonly version: number;
}

/** One page of the changes of all documents; see {@link ChangePage}. */
export interface DocumentChanges {
  readonly position: string;
  readonly changes: readonly ChangedDocument[];
  readonly anew?: true;
}

/** Tells which documents have changed. */
export interface DocumentFeed {
  /** Pages up to the newest change, at least one; see {@link CookieFeed.changes}. */
  changes(since?: string): AsyncIterable<DocumentChanges>;
  /** See {@link CookieFeed.position}. */
  position(): Promise<string>;
}
