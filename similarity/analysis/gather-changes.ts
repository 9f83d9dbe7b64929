import type { CookieFeed } from '../../cookiejar/cookie-jar.ts';
import { factsOf } from './cookie-facts.ts';
import { type CookieFacts, sameFacts } from './index-row.ts';
import { refOf } from './refs.ts';
import type { SimilarityConfig } from './similarity-config.ts';
import type { SimilarityIndex } from './similarity-index.ts';

const COOKIES_AT_ONCE = 500;

/** What the change feed told of cookies since the index was made. */
export interface Gathered {
  /** What cookies are compared by now, by ref, where it is something else than the index says; undefined where there is nothing any more. */
  readonly changes: ReadonlyMap<string, CookieFacts | undefined>;
  /** How far the feed was read. */
  readonly position: string | undefined;
  /** Whether it was read to its end. */
  readonly caughtUp: boolean;
}

/** How to gather. */
export interface GatherOptions {
  readonly jar: Pick<CookieFeed, 'changes' | 'fetchAll'>;
  readonly config: SimilarityConfig;
  readonly index: SimilarityIndex;
  /** The beginning of the jar, where absent. */
  readonly since: string | undefined;
  /** So many changes are enough for one round, unless the feed begins anew and there is an index already. */
  readonly enough: number;
  readonly progress: (stage: string, done: number) => void;
}

/** Reads the change feed, and the cookies that it names, and finds out what is really news. */
export async function gatherChanges(options: GatherOptions): Promise<Gathered> {
  const { jar, index, since, enough, progress } = options;
  const changes = new Map<string, CookieFacts | undefined>();
  const seen = new Set<string>();
  let anew = false;
  let position = since;
  let read = 0;
  for await (const page of jar.changes(since)) {
    if (page.anew === true) anew = await hasRows(index, progress);
    const identifiers = page.changes.map(({ identifier }) => identifier);
    for (let at = 0; at < identifiers.length; at += COOKIES_AT_ONCE) {
      await lookAt(identifiers.slice(at, at + COOKIES_AT_ONCE), options, changes, anew ? seen : undefined);
      progress('reading cookies', (read += Math.min(COOKIES_AT_ONCE, identifiers.length - at)));
    }
    progress('reading cookies', read);
    position = page.position;
    if (changes.size >= enough && !anew) return { changes, position, caughtUp: false };
  }
  // A feed that begins anew does not tell what was deleted before.
  if (anew) for (const [ref] of index.rows()) if (!seen.has(ref)) changes.set(ref, undefined);
  return { changes, position, caughtUp: true };
}

async function hasRows(index: SimilarityIndex, progress: GatherOptions['progress']): Promise<boolean> {
  await index.load((done) => progress('reading the index', done));
  return index.size > 0;
}

async function lookAt(
  identifiers: readonly string[],
  { jar, config, index, progress }: GatherOptions,
  changes: Map<string, CookieFacts | undefined>,
  seen: Set<string> | undefined,
): Promise<void> {
  const refs = new Map(identifiers.map((identifier) => [refOf(identifier), identifier]));
  await index.load((done) => progress('reading the index', done), refs.keys());
  const cookies = await jar.fetchAll(identifiers);
  for (const [ref, identifier] of refs) {
    seen?.add(ref);
    const cookie = cookies.get(identifier);
    const facts = cookie && factsOf(cookie, config);
    const known = index.get(ref)?.facts;
    const same = facts === undefined || known === undefined ? facts === known : sameFacts(facts, known);
    if (same) changes.delete(ref);
    else changes.set(ref, facts);
  }
}
