import { z } from 'zod';
import type { JsonObject } from '../cookiejar/json.ts';
import type { Mention } from './held-notifications.ts';

/** Notifications that a digest names one by one: the earliest. */
const MAX_EXAMPLES = 100;

/** Kinds of notifications that a digest counts one by one: the most frequent. */
const MAX_KINDS = 100;

/** What is said of some notifications together. */
export const contentSchema = z.object({
  count: z.number(),
  /** Instants of the earliest and the latest. */
  since: z.string(),
  until: z.string(),
  /** How many there are of each kind, the most frequent first. */
  counts: z.array(z.object({ about: z.string(), sender: z.string(), count: z.number() })),
  examples: z.array(
    z.object({ id: z.string(), about: z.string(), sender: z.string(), identifier: z.string(), at: z.string() }),
  ),
});

/** What is said of some notifications together. */
export type DigestContent = z.output<typeof contentSchema>;

/** Says of one notification what is said of many. */
function contentOf(mention: Mention): DigestContent {
  const { about, sender, at } = mention;
  return { count: 1, since: at, until: at, counts: [{ about, sender, count: 1 }], examples: [mention] };
}

/** What is said of several notifications; of none, that there are none. */
export function summarise(mentions: readonly Mention[]): DigestContent {
  return together(mentions.map(contentOf));
}

/** What is said of all together. */
export function together(contents: readonly DigestContent[]): DigestContent {
  const counts = new Map<string, DigestContent['counts'][number]>();
  for (const { about, sender, count } of contents.flatMap((content) => content.counts)) {
    const key = JSON.stringify([about, sender]);
    counts.set(key, { about, sender, count: count + (counts.get(key)?.count ?? 0) });
  }
  const instants = contents.flatMap(({ since, until }) => [since, until]).filter(Boolean);
  return {
    count: contents.reduce((sum, { count }) => sum + count, 0),
    since: instants.reduce((one, other) => (other < one ? other : one), instants[0] ?? ''),
    until: instants.reduce((one, other) => (other > one ? other : one), ''),
    counts: [...counts.values()].toSorted((one, other) => other.count - one.count || byText(one, other)),
    examples: contents
      .flatMap(({ examples }) => examples)
      .toSorted((one, other) => compare(one.at, other.at) || compare(one.id, other.id))
      .slice(0, MAX_EXAMPLES),
  };
}

/** The data of a digest's notification. */
export function digestData({ counts, examples, ...rest }: DigestContent): JsonObject {
  const others = counts.slice(MAX_KINDS).reduce((sum, { count }) => sum + count, 0);
  return {
    ...rest,
    counts: counts.slice(0, MAX_KINDS).map((kind) => ({ ...kind })),
    ...(others > 0 && { others }),
    examples: examples.map(({ id, about, sender, identifier }) => ({ id, about, sender, identifier })),
  };
}

function byText(one: DigestContent['counts'][number], other: DigestContent['counts'][number]): number {
  return compare(one.about, other.about) || compare(one.sender, other.sender);
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
