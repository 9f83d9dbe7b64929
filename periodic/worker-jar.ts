import type { Cookie } from '../cookiejar/cookie.ts';
import type {
  CookieFeed,
  CookieJar,
  CookieUpdate,
  Documents,
  EnrichOutcome,
  JarReader,
} from '../cookiejar/cookie-jar.ts';
import type { Enrichment } from '../cookiejar/enrichment.ts';
import { CorruptDocumentError, DocumentTooLargeError } from '../cookiejar/errors.ts';
import { Errands } from '../cookiejar/errands.ts';
import { inFlight } from './in-flight.ts';

/** What came of storing enrichments. */
interface StoredAndWoken {
  /** Enrichments that were new. */
  readonly stored: number;
  /** Cookies whose knowledge differed from what was settled. */
  readonly woken: number;
  /** Cookies whose update the jar will never take: too large, or their documents are damaged. Absent where there are none. */
  readonly refused?: readonly Refusal[];
}

/** Why one cookie's update was not stored. */
interface Refusal {
  readonly identifier: string;
  readonly error: Error;
}

/**
 * The jar as periodic workers have it. `for await (const cookie of this.jar)` goes over all cookies, in code point order
 * of their identifiers and in bounded memory; `cookies({ after })` goes on behind one.
 */
export interface WorkerJar extends JarReader, CookieFeed, AsyncIterable<Cookie> {
  /** Adds one enrichment, then wakes the cookie if it knows something that was not settled. */
  enrich(identifier: string, enrichment: Enrichment): Promise<StoredAndWoken>;
  /**
   * {@link WorkerJar.enrich} for many cookies at once: all are stored before the first is woken. If this throws, do
   * it again with the same updates: nothing is stored twice, and what was not woken is woken. What can never be stored
   * holds up nothing else, and is told.
   */
  enrichAll(updates: readonly CookieUpdate[]): Promise<StoredAndWoken>;
  /** The worker's own documents beside the cookies. */
  readonly documents: Documents;
}

/** What a {@link WorkerJar} is made of. */
export interface WorkerJarParts {
  readonly jar: Pick<CookieJar, 'fetch' | 'enrich'> & CookieFeed;
  readonly documents: Documents;
  /** Has the cookie looked at; resolves when that is certain to happen. */
  readonly wake: (identifier: string) => Promise<void>;
  /** How many wakes may be under way at once. @default 20 */
  readonly wakesInFlight?: number;
}

/** More starts of workflows at once only make each of them slower. */
const WAKES_IN_FLIGHT = 20;

/** Joins the jar and the waking of cookies. */
export function createWorkerJar({ jar, documents, wake, wakesInFlight = WAKES_IN_FLIGHT }: WorkerJarParts): WorkerJar {
  const errands = new Errands(documents);
  const storeAndWake = async (updates: readonly CookieUpdate[]): Promise<StoredAndWoken> => {
    const refused: Refusal[] = [];
    const outcomes = await enrichEach(jar, mergeByCookie(updates), refused);
    const unsettled = outcomes.filter((outcome) => outcome.unsettled).map(({ identifier }) => identifier);
    await inFlight(wakesInFlight, unsettled, wake);
    const stored = outcomes.reduce((sum, outcome) => sum + outcome.stored.length, 0);
    return { stored, woken: unsettled.length, ...(refused.length > 0 && { refused }) };
  };
  const enrichAll = async (updates: readonly CookieUpdate[]) => errands.run(async () => storeAndWake(updates));
  return {
    fetch: (identifier) => jar.fetch(identifier),
    fetchAll: (identifiers) => jar.fetchAll(identifiers),
    cookies: (selection) => jar.cookies(selection),
    changes: (since) => jar.changes(since),
    position: () => jar.position(),
    [Symbol.asyncIterator]: () => jar.cookies()[Symbol.asyncIterator](),
    enrich: async (identifier, enrichment) => {
      const done = await enrichAll([{ identifier, enrichments: [enrichment] }]);
      for (const { error } of done.refused ?? []) throw error;
      return done;
    },
    enrichAll,
    documents,
  };
}

/** Finds those that the jar refuses by halves: storing the others again changes nothing. */
async function enrichEach(
  jar: Pick<CookieJar, 'enrich'>,
  updates: readonly CookieUpdate[],
  refused: Refusal[],
): Promise<EnrichOutcome[]> {
  try {
    return await jar.enrich(updates);
  } catch (error) {
    const [only] = updates;
    if (only === undefined || !isAboutOneDocument(error)) throw error;
    if (updates.length === 1) {
      refused.push({ identifier: only.identifier, error });
      return [];
    }
    const half = Math.ceil(updates.length / 2);
    const first = await enrichEach(jar, updates.slice(0, half), refused);
    return [...first, ...(await enrichEach(jar, updates.slice(half), refused))];
  }
}

function isAboutOneDocument(error: unknown): error is Error {
  return error instanceof CorruptDocumentError || error instanceof DocumentTooLargeError;
}

/** One update per cookie, so that each is woken once. */
function mergeByCookie(updates: readonly CookieUpdate[]): CookieUpdate[] {
  const byCookie = new Map<string, Enrichment[]>();
  for (const { identifier, enrichments } of updates) {
    const gathered = byCookie.get(identifier) ?? [];
    gathered.push(...enrichments);
    byCookie.set(identifier, gathered);
  }
  return [...byCookie].map(([identifier, enrichments]) => ({ identifier, enrichments }));
}
