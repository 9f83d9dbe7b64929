import { z } from 'zod';
import type { Documents, Parking } from './cookie-jar.ts';
import { headId } from './head.ts';
import type { JsonObject } from './json.ts';
import { safeText } from './safe-text.ts';
import { type Standing, standingOf } from './standing.ts';

const PREFIX = 'parked:';

/** Candidates that are checked with one read. */
const CHECKED_AT_ONCE = 100;

/** The longest reason that is kept, in UTF-16 units. */
const MAX_REASON = 2000;

/** A cookie that is left alone because its last job failed for good. */
export interface ParkedCookie extends Parking {
  readonly identifier: string;
}

const recordSchema = z.object({
  job: z.string(),
  reason: z.string(),
  at: z.string(),
  rulebook: z.string().exactOptional(),
  knowledge: z.string().exactOptional(),
  /** The job that had settled before this one failed, if any had: it may be that this one cannot leave its mark. */
  stuckAfter: z.string().nullable(),
});
type ParkedRecord = z.output<typeof recordSchema>;
type NotedCookie = ParkedCookie & ParkedRecord;

/**
 * A small document per parked cookie, so that they can be listed without reading all the others. It is written before
 * the cookie's own document says that its job failed, and removed after: one too many may be here, never one too few.
 */
export class ParkedCookies {
  readonly #documents: Documents;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** Notes that a cookie is about to be parked. */
  async write(identifier: string, { job, reason, at, rulebook, knowledge, stuckAfter }: ParkedRecord): Promise<void> {
    await this.#documents.update(PREFIX + identifier, (body) => {
      const known = recordSchema.safeParse(body).data;
      // A straggler must not take the place of a later job.
      if (known !== undefined && known.job !== job && Date.parse(known.at) > Date.parse(at))
        return { result: undefined };
      const record: JsonObject = {
        job,
        reason: safeText(reason, MAX_REASON),
        at,
        ...(rulebook !== undefined && { rulebook }),
        ...(knowledge !== undefined && { knowledge }),
        stuckAfter,
      };
      return { result: undefined, write: record };
    });
  }

  /** Forgets that a cookie was parked. */
  async remove(identifier: string): Promise<void> {
    await this.#documents.update(PREFIX + identifier, (body) =>
      body === undefined ? { result: undefined } : { result: undefined, remove: true },
    );
  }

  /** Parked cookies in code point order of their identifiers; `after` (exclusive) resumes. */
  async list(after: string | undefined, limit: number): Promise<ParkedCookie[]> {
    const found: ParkedCookie[] = [];
    for await (const page of this.#pages(after)) {
      found.push(...page);
      if (found.length >= limit) break;
    }
    return found.slice(0, limit);
  }

  /** Which of some cookies, whose standing is known, are parked. */
  async among(cookies: readonly { readonly identifier: string; readonly standing: Standing }[]): Promise<Set<string>> {
    const bodies = await this.#documents.read(cookies.map(({ identifier }) => PREFIX + identifier));
    const parked = cookies.filter(({ identifier, standing }) => {
      const record = recordSchema.safeParse(bodies.get(PREFIX + identifier)).data;
      return record !== undefined && isParkedBy(record, standing);
    });
    return new Set(parked.map(({ identifier }) => identifier));
  }

  async *#pages(after: string | undefined): AsyncIterable<readonly NotedCookie[]> {
    const start = after === undefined ? undefined : PREFIX + after;
    let some: NotedCookie[] = [];
    // Notes of released cookies may be among them: after a crash, or where a stuck one was settled after all.
    for await (const { id, body } of this.#documents.list(PREFIX, start)) {
      const record = recordSchema.safeParse(body).data;
      if (record !== undefined) some.push({ identifier: id.slice(PREFIX.length), ...record });
      if (some.length < CHECKED_AT_ONCE) continue;
      yield await this.#parkedOf(some);
      some = [];
    }
    yield await this.#parkedOf(some);
  }

  async #parkedOf(noted: readonly NotedCookie[]): Promise<NotedCookie[]> {
    const bodies = await this.#documents.read(noted.map(({ identifier }) => headId(identifier)));
    return noted.filter((cookie) => {
      const standing = standingOf(headId(cookie.identifier), bodies.get(headId(cookie.identifier)));
      return standing !== undefined && isParkedBy(cookie, standing);
    });
  }
}

/** New knowledge and a job that has settled since release a cookie. */
function isParkedBy(record: ParkedRecord, { knowledge, settled, lastJob }: Standing): boolean {
  if (settled?.job === record.job) return settled.failed !== undefined && settled.knowledge === knowledge;
  return record.stuckAfter === lastJob && record.knowledge === knowledge;
}
