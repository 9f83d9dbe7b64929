import type { CookieChange, CookieFeed, Documents } from '../../cookiejar/cookie-jar.ts';
import type { Cookie } from '../../cookiejar/cookie.ts';
import { TurnLostError } from './errors.ts';
import { type IndexState, nextEdition } from './index-state.ts';
import { IndexTurn, type TurnParts } from './index-turn.ts';
import { SightingCounter } from './sighting-counter.ts';
import { SightingIds, type SightingOrder, cookieHash } from './sighting-ids.ts';
import { dropEditions, dropSightings } from './sighting-sweep.ts';
import { type Noted, Sightings } from './sightings.ts';
import type { Kind } from './where.ts';
import { type AskedWindow, keepFrom, keptFromFor, windowOf, withoutForgotten } from './window.ts';

/** What an index works with. */
export interface IndexParts extends TurnParts {
  readonly documents: Documents;
  readonly jar: CookieFeed;
}

/** Answers a question from an index that is up to date. */
type Read<T> = (counter: SightingCounter, state: IndexState) => Promise<T>;

/** A cookie as it was read, if there was one. */
interface Found {
  readonly cookie: Cookie | undefined;
  readonly version: number;
}

/** So many cookies are in memory at once. */
const COOKIES_AT_ONCE = 100;
/** So many portions of cookies are read again at most where making an index goes on after a crash. */
const PORTIONS_REPEATED = 10;

/**
 * When cookies of one kind were sighted, kept in small documents beside the cookies by following the jar's changes.
 * Shared by all workers and processes that ask about the same kind.
 */
export class SightingIndex {
  readonly #kind: Kind;
  readonly #ids: SightingIds;
  readonly #parts: IndexParts;

  constructor(kind: Kind, order: SightingOrder, parts: IndexParts) {
    this.#kind = kind;
    this.#ids = new SightingIds(kind, order);
    this.#parts = parts;
  }

  /**
   * How many cookies were sighted in the `lengthMs` before a moment, the moment itself included.
   * @param lengthMs all time by default
   */
  async count(at: Date, lengthMs?: number): Promise<number> {
    const window = windowOf(at, lengthMs);
    return this.#ask(window, async (counter, { edition }) => counter.count(edition, window));
  }

  /**
   * The newest instant at which a cookie was sighted in the `lengthMs` before a moment; undefined where there is none.
   * It is later than the moment, if another run has asked about a later one since.
   */
  async newest(at: Date, lengthMs: number): Promise<string | undefined> {
    const window = windowOf(at, lengthMs);
    return this.#ask(window, async (counter, { edition, asked }) => {
      counter.remember(window);
      const newest = await counter.newest(edition, asked);
      return newest !== undefined && newest > window.from ? newest : undefined;
    });
  }

  async #ask<T>(window: AskedWindow, read: Read<T>): Promise<T> {
    const need = { of: this.#kind.name, at: window.to, from: window.from, keepFrom: keepFrom(window) };
    for (;;) {
      const turn = await IndexTurn.take(this.#parts, this.#ids.state, need);
      try {
        return await this.#answer(turn, window, read);
      } catch (error) {
        await turn.abandon();
        if (!(error instanceof TurnLostError)) throw error;
      }
    }
  }

  async #answer<T>(turn: IndexTurn, { to }: AskedWindow, read: Read<T>): Promise<T> {
    const parts = { documents: this.#parts.documents, ids: this.#ids, step: () => this.#step() };
    const counter = new SightingCounter(parts, turn.counted);
    const position = await this.#follow(turn, counter);
    const answer = await read(counter, turn.state);
    const { keptFrom } = turn.state;
    await turn.end((state) => {
      const ended = { ...state, position, windows: withoutForgotten(counter.windows, new Date(to)) };
      return { ...ended, keptFrom: keptFromFor(ended) };
    });
    if (turn.state.keptFrom !== keptFrom) await dropSightings(parts, turn.state);
    await dropEditions(parts, turn.state);
    return answer;
  }

  /** @returns the position up to which the index knows the jar */
  async #follow(turn: IndexTurn, counter: SightingCounter): Promise<string> {
    const since = turn.state.position ?? (await this.#build(turn));
    let position = since;
    for await (const page of this.#parts.jar.changes(since)) {
      if (page.anew) {
        // What was deleted before is not told, so sightings of what is gone would stay.
        await turn.change((state) => nextEdition(state));
        counter.forget();
        return this.#follow(turn, counter);
      }
      await this.#noteChanges(turn, counter, page.changes);
      ({ position } = page);
      if (page.changes.length > 0) await turn.change((state) => ({ ...state, position }));
      else await turn.hear();
    }
    return position;
  }

  /** Makes the index from all cookies; much faster than to read each of them by its change. */
  async #build(turn: IndexTurn): Promise<string> {
    const { building = { position: await this.#parts.jar.position() } } = turn.state;
    const { position } = building;
    if (turn.state.building === undefined) await turn.change((state) => ({ ...state, building }));
    let portions = 0;
    for await (const cookies of inPortions(this.#parts.jar.cookies(building), COOKIES_AT_ONCE)) {
      this.#step();
      await this.#note(turn, this.#sightedOf(cookies, turn.state));
      const after = cookies.at(-1)?.identifier ?? '';
      if (++portions % PORTIONS_REPEATED === 0) {
        await turn.change((state) => ({ ...state, building: { position, after } }));
      }
    }
    await turn.change((state) => {
      const { building: _, ...built } = state;
      return { ...built, position };
    });
    return position;
  }

  /**
   * What is worth a note. Where a repetition finds nothing more to note, the cookie has changed since the index was begun,
   * and is met again. So all are noted as of the earliest version: what is told of them since then stands.
   */
  #sightedOf(cookies: readonly Cookie[], state: IndexState): ReadonlyMap<string, Found> {
    const sighted = cookies.filter((cookie) => this.#instants(cookie, state).length > 0);
    return new Map(sighted.map((cookie) => [cookie.identifier, { cookie, version: 0 }]));
  }

  async #noteChanges(turn: IndexTurn, counter: SightingCounter, changes: readonly CookieChange[]): Promise<void> {
    for (let from = 0; from < changes.length; from += COOKIES_AT_ONCE) {
      this.#step();
      await turn.hear();
      const portion = changes.slice(from, from + COOKIES_AT_ONCE);
      const living = portion.filter(({ deleted }) => !deleted).map(({ identifier }) => identifier);
      const cookies = await this.#parts.jar.fetchAll(living);
      const found = portion.map(({ identifier, version }): [string, Found] => [
        identifier,
        { cookie: cookies.get(identifier), version },
      ]);
      for (const noted of await this.#note(turn, new Map(found))) counter.adjust(noted);
    }
  }

  async #note({ state }: IndexTurn, found: ReadonlyMap<string, Found>): Promise<Noted[]> {
    const sightings = new Sightings(this.#parts.documents, this.#ids, state.edition);
    const noting = Array.from(found, async ([identifier, { cookie, version }]) =>
      sightings.note({ hash: cookieHash(identifier), instants: this.#instants(cookie, state), version }),
    );
    return Promise.all(noting);
  }

  #instants(cookie: Cookie | undefined, { keptFrom, asked }: IndexState): readonly string[] {
    const instants = cookie === undefined ? [] : this.#kind.instants(cookie);
    const sighted = this.#ids.order === 'first' ? instants.slice(0, 1) : latest(instants, asked);
    return sighted.filter((instant) => instant > keptFrom);
  }

  #step(): void {
    this.#parts.signal.throwIfAborted();
    this.#parts.beat();
  }
}

async function* inPortions<T>(items: AsyncIterable<T>, size: number): AsyncIterable<readonly T[]> {
  let portion: T[] = [];
  for await (const item of items) {
    portion.push(item);
    if (portion.length < size) continue;
    yield portion;
    portion = [];
  }
  if (portion.length > 0) yield portion;
}

/** The newest instant up to a moment, and all that come after it: they become the newest when their time has come. */
function latest(instants: readonly string[], moment: string): readonly string[] {
  const past = instants.findLast((instant) => instant <= moment);
  const future = instants.filter((instant) => instant > moment);
  return past === undefined ? future : [past, ...future];
}
