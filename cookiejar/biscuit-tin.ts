import { type Added, type Addition, applyAddition } from './addition.ts';
import { checkEnrichment } from './check-enrichment.ts';
import { Cookie } from './cookie.ts';
import type {
  ChangePage,
  CookieJar,
  CookieSelection,
  CookieUpdate,
  DeletedCookie,
  DocumentFeed,
  Documents,
  EnrichOutcome,
  JudgementRecord,
  OpenedCookie,
  Parking,
  RecordedPin,
  Settled,
} from './cookie-jar.ts';
import { cookieChanges } from './cookie-changes.ts';
import { CookiePages } from './cookie-pages.ts';
import type { Enrichment } from './enrichment.ts';
import { RULE_APPLICATION } from './enrichment-key.ts';
import { CorruptDocumentError, InvalidEnrichmentError, StoreRefusedError } from './errors.ts';
import { COOKIE_PREFIX, type Head, type KeyedEnrichment, headBody, headId, incarnationOf, parseHead } from './head.ts';
import { checkIdentifier, checkPrefix, isIdentifier } from './identifier.ts';
import { asPin, withSettled } from './judgement.ts';
import { openedCookie, type WholeCookie } from './opened-cookie.ts';
import type { JsonObject } from './json.ts';
import { NO_KNOWLEDGE } from './knowledge.ts';
import { type LoadedPages, keyed, withoutKey } from './merge.ts';
import { ParkedCookies } from './parked-cookies.ts';
import { isSettled, standingOf } from './standing.ts';
import { ROLL_LIMITS, type RollLimits } from './roll.ts';
import { slicesOf } from './slices.ts';

/** How often a cookie is read again whose pages are missing; more often it is not being deleted, but damaged. */
const MAX_READS = 5;

/** So many documents of cookies, and so many pages of theirs, are in memory at once when many are read. */
const MAX_HEADS = 100;
const MAX_PAGES = 100;

interface FoundHead {
  readonly identifier: string;
  readonly head: Head;
}

/** A cookie's document as it was read. */
interface Opened {
  readonly head: Head | undefined;
  readonly incarnation: number;
}

/** The cookie jar in CouchDB: one document per cookie, and pages for the older enrichments of long-lived ones. */
export class BiscuitTin implements CookieJar {
  readonly #documents: Documents & DocumentFeed;
  readonly #pages: CookiePages;
  readonly #parked: ParkedCookies;

  constructor(documents: Documents & DocumentFeed, limits: RollLimits = ROLL_LIMITS) {
    this.#documents = documents;
    this.#pages = new CookiePages(documents, limits);
    this.#parked = new ParkedCookies(documents);
  }

  async enrich(updates: readonly CookieUpdate[]): Promise<EnrichOutcome[]> {
    const checked = updates.map(checkUpdate);
    return Promise.all(checked.map(async (update) => (await this.#enrich(update)) ?? storedAndDeleted(update)));
  }

  async enrichFrom(basis: string, update: CookieUpdate): Promise<EnrichOutcome | undefined> {
    return this.#enrich(checkUpdate(update), Number(basis));
  }

  async open(identifiers: readonly string[]): Promise<OpenedCookie[]> {
    // All asked for in one go, so that they share a group commit.
    const opened = await Promise.all(identifiers.map(async (identifier) => this.#read(checkIdentifier(identifier))));
    const pages = await this.#pages.read(opened.flatMap(({ head }) => head?.pages.map(({ id }) => id) ?? []));
    return Promise.all(
      identifiers.map(async (identifier, index) =>
        openedCookie(
          identifier,
          await this.#assemble(identifier, opened[index] ?? { head: undefined, incarnation: 0 }, pages),
        ),
      ),
    );
  }

  async fetch(identifier: string): Promise<Cookie | undefined> {
    const [opened] = await this.open([identifier]);
    return opened?.known === true ? opened.cookie : undefined;
  }

  async recordJudgement(identifier: string, record: JudgementRecord): Promise<RecordedPin | undefined> {
    const enrichments = keyed(record.applications.map(checkApplication));
    const meant = record.basis === undefined ? {} : { incarnation: Number(record.basis) };
    const added = await this.#add({
      identifier: checkIdentifier(identifier),
      enrichments,
      judgement: record,
      ...meant,
    });
    return added.kind === 'gone' ? undefined : added.pin;
  }

  async settle(identifier: string, settled: Settled, basis?: string): Promise<void> {
    const { failed, ...mark } = settled;
    if (failed !== undefined) await this.#notePark(identifier, { ...mark, reason: failed });
    const { hadFailed } = await this.#mark(identifier, settled, basis);
    if (failed === undefined && hadFailed) await this.#parked.remove(identifier);
  }

  async park(identifier: string, parking: Parking): Promise<void> {
    // Another program's document: no note can be kept under such a name.
    if (!isIdentifier(identifier)) return;
    if (!(await this.#notePark(identifier, parking))) return;
    const { job, reason: failed, at, rulebook = '', knowledge } = parking;
    if (knowledge === undefined) return;
    try {
      await this.#mark(identifier, { job, failed, at, rulebook, knowledge });
    } catch (error) {
      if (!(error instanceof CorruptDocumentError || error instanceof StoreRefusedError)) throw error;
    }
  }

  async unsettled(identifiers: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (let from = 0; from < identifiers.length; from += MAX_HEADS) {
      const some = identifiers.slice(from, from + MAX_HEADS).filter(isIdentifier);
      const bodies = await this.#documents.read(some.map(headId));
      const open = some.flatMap((identifier) => {
        const standing = standingOf(headId(identifier), bodies.get(headId(identifier)));
        return standing === undefined || isSettled(standing) ? [] : [{ identifier, standing }];
      });
      const parked = await this.#parked.among(open);
      for (const { identifier, standing } of open)
        if (!parked.has(identifier)) found.set(identifier, standing.knowledge);
    }
    return found;
  }

  async delete(identifier: string, basis?: string): Promise<DeletedCookie | undefined> {
    const id = headId(checkIdentifier(identifier));
    const deleted = await this.#documents.update(id, (body, { first }) => {
      // Somebody else deleted what was meant.
      if (body !== undefined && basis !== undefined && isOfOther(identifier, body, basis)) return { result: {} };
      // It was this deletion, if its answer was lost.
      return { result: deletedCookie(id, body ?? first.body), ...(body !== undefined && { remove: true }) };
    });
    const incarnation = await this.#documents.update(id, (_, found) => ({ result: incarnationOf(identifier, found) }));
    await this.#pages.sweep(identifier, incarnation);
    await this.#parked.remove(identifier);
    return deleted;
  }

  async *identifiers(prefix: string, after?: string): AsyncIterable<string> {
    checkPrefix(prefix);
    const start = after === undefined ? undefined : COOKIE_PREFIX + checkPrefix(after);
    for await (const id of this.#documents.listIds(COOKIE_PREFIX + prefix, start)) yield id.slice(COOKIE_PREFIX.length);
  }

  changes(since?: string): AsyncIterable<ChangePage> {
    return cookieChanges(this.#documents, since);
  }

  async position(): Promise<string> {
    return this.#documents.position();
  }

  async *cookies({ prefix = '', after }: CookieSelection = {}): AsyncIterable<Cookie> {
    checkPrefix(prefix);
    const start = after === undefined ? undefined : COOKIE_PREFIX + checkPrefix(after);
    let heads: FoundHead[] = [];
    for await (const { id, body } of this.#documents.list(COOKIE_PREFIX + prefix, start)) {
      heads.push(foundHead(id, body));
      if (heads.length < MAX_HEADS && heads.flatMap(({ head }) => head.pages).length < MAX_PAGES) continue;
      yield* await this.#whole(heads);
      heads = [];
    }
    yield* await this.#whole(heads);
  }

  async fetchAll(identifiers: readonly string[]): Promise<Map<string, Cookie>> {
    const wanted = [...new Set(identifiers.map(checkIdentifier))];
    const found = new Map<string, Cookie>();
    for (let from = 0; from < wanted.length; from += MAX_HEADS) {
      const ids = wanted.slice(from, from + MAX_HEADS).map(headId);
      const bodies = await this.#documents.read(ids);
      const heads = Array.from(bodies, ([id, body]) => foundHead(id, body));
      for (const cookie of await this.#whole(heads)) found.set(cookie.identifier, cookie);
    }
    return found;
  }

  /** @returns false where there is no such cookie */
  async #notePark(identifier: string, parking: Parking): Promise<boolean> {
    const id = headId(checkIdentifier(identifier));
    const standing = standingOf(id, (await this.#documents.read([id])).get(id));
    if (standing === undefined) return false;
    await this.#parked.write(identifier, { knowledge: standing.knowledge, ...parking, stuckAfter: standing.lastJob });
    return true;
  }

  async #mark(identifier: string, settled: Settled, basis?: string): Promise<{ hadFailed: boolean }> {
    const id = headId(checkIdentifier(identifier));
    return this.#documents.update(id, (body) => {
      const head = body && parseHead(id, body);
      if (head === undefined || (basis !== undefined && head.incarnation !== Number(basis))) {
        return { result: { hadFailed: false } };
      }
      const changed = withSettled(head, settled);
      const result = { hadFailed: head.settled?.failed !== undefined };
      return changed === head ? { result } : { result, write: headBody(changed) };
    });
  }

  /** The cookies that their documents are part of, but for those deleted meanwhile. */
  async #whole(heads: readonly FoundHead[]): Promise<Cookie[]> {
    const pages = await this.#pages.read(heads.flatMap(({ head }) => head.pages.map(({ id }) => id)));
    const cookies = await Promise.all(
      heads.map(async ({ identifier, head: found }) => {
        const opened = { head: found, incarnation: found.incarnation };
        const { head, enrichments } = await this.#assemble(identifier, opened, pages);
        return head === undefined ? [] : [new Cookie(identifier, enrichments.map(withoutKey))];
      }),
    );
    return cookies.flat();
  }

  /** @returns undefined where the cookie was deleted since */
  async #enrich({ identifier, enrichments }: CookieUpdate, basis?: number): Promise<EnrichOutcome | undefined> {
    const stored: Enrichment[] = [];
    const slices = slicesOf(keyed(enrichments));
    let incarnation = basis;
    for (let index = 0; ; index++) {
      const meant = { loaded: basis !== undefined, ...(incarnation !== undefined && { incarnation }) };
      const added = await this.#add({ identifier, enrichments: slices[index] ?? [], ...meant });
      if (added.kind === 'gone') return undefined;
      stored.push(...added.stored);
      incarnation = added.incarnation;
      const { knowledge, unsettled } = added;
      if (index + 1 >= slices.length) return { identifier, stored, knowledge, unsettled };
    }
  }

  /** Reads pages only where they may hold what is added. */
  async #add(addition: Addition): Promise<Exclude<Added, { kind: 'needs-pages' }>> {
    const pages = new Map<string, readonly KeyedEnrichment[]>();
    let meant = addition;
    for (let reads = 0; ; reads++) {
      const added = await this.#documents.update(headId(addition.identifier), (_, context) =>
        applyAddition(meant, context, pages),
      );
      if (added.kind === 'gone') return added;
      if (added.kind === 'added') {
        if (added.head) await this.#pages.roll(added.head);
        return added;
      }
      if (reads === MAX_READS) throw missingPages(addition.identifier, added.ids);
      meant = { ...addition, incarnation: added.incarnation };
      for (const [id, page] of await this.#pages.read(added.ids)) pages.set(id, page);
    }
  }

  async #read(identifier: string): Promise<Opened> {
    const id = headId(identifier);
    return this.#documents.update(id, (body, found) => ({
      result: { head: body && parseHead(id, body), incarnation: incarnationOf(identifier, found) },
    }));
  }

  async #assemble(identifier: string, opened: Opened, pages: LoadedPages): Promise<WholeCookie> {
    let { head, incarnation } = opened;
    let loaded = pages;
    for (let reads = 0; head?.pages.some(({ id }) => !loaded.has(id)); reads++) {
      // Deleted while it was read: its document goes first, then its pages.
      if (reads === MAX_READS)
        throw missingPages(
          identifier,
          head.pages.map(({ id }) => id),
        );
      ({ head, incarnation } = await this.#read(identifier));
      loaded = await this.#pages.read(head?.pages.map(({ id }) => id) ?? []);
    }
    const paged = head?.pages.flatMap(({ id }) => loaded.get(id) ?? []) ?? [];
    return { head, incarnation, enrichments: [...paged, ...(head?.enrichments ?? [])] };
  }
}

function foundHead(id: string, body: JsonObject): FoundHead {
  return { identifier: id.slice(COOKIE_PREFIX.length), head: parseHead(id, body) };
}

/** Whether a document is of a cookie that was made after the one with this basis was deleted. */
function isOfOther(identifier: string, body: JsonObject, basis: string): boolean {
  try {
    return incarnationOf(identifier, { body }) !== Number(basis);
  } catch (error) {
    if (error instanceof CorruptDocumentError) return false;
    throw error;
  }
}

function deletedCookie(id: string, body: JsonObject | undefined): DeletedCookie | undefined {
  if (body === undefined) return undefined;
  try {
    const { pin } = parseHead(id, body);
    return pin === undefined ? {} : { pin: asPin(pin) };
  } catch (error) {
    // Damaged, it goes all the same.
    if (error instanceof CorruptDocumentError) return {};
    throw error;
  }
}

function checkUpdate({ identifier, enrichments }: CookieUpdate): CookieUpdate {
  return { identifier: checkIdentifier(identifier), enrichments: enrichments.map(checkEnrichment) };
}

function checkApplication(application: Enrichment): Enrichment {
  const checked = checkEnrichment(application);
  if (checked.source === RULE_APPLICATION) return checked;
  throw new InvalidEnrichmentError('source', `of an applied rule must be ${RULE_APPLICATION}, found ${checked.source}`);
}

/** A write whose answer was lost counts as stored before the deletion that was found on repeating it. */
function storedAndDeleted({ identifier, enrichments }: CookieUpdate): EnrichOutcome {
  return { identifier, stored: keyed(enrichments).map(withoutKey), knowledge: NO_KNOWLEDGE, unsettled: false };
}

function missingPages(identifier: string, ids: readonly string[]): CorruptDocumentError {
  return new CorruptDocumentError(headId(identifier), `pages it refers to are missing, of ${ids.join(', ')}`);
}
