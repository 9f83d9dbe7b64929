import { canonicalJson } from '../../cookiejar/canonical-json.ts';
import type { Cookie } from '../../cookiejar/cookie.ts';
import { RULE_APPLICATION, contentHash } from '../../cookiejar/enrichment-key.ts';
import type { JsonValue } from '../../cookiejar/json.ts';
import { InvalidTriggerError } from './errors.ts';

/** A kind of cookies by what one source says of them. */
export interface CookieKind {
  /** Enrichments of this source match. */
  readonly source: string;
  /** Only those whose metadata have this key, taken as it is: at the top level, dots mean nothing. */
  readonly key?: string;
  /** Only those where the key has this value; objects and arrays are compared by what is in them. */
  readonly value?: JsonValue;
}

/**
 * Whether a cookie is of the kind, by the sources that have enriched it, in the order in which they first did; without
 * `rule_application`. It is of the kind from the first enrichment on with which this holds, and stays so.
 *
 * It must depend on nothing but its argument. It is told apart from others by its text: one whose text has changed, be
 * it by a new version of the bundler, is counted anew, and two of the same text are taken for one, though they see
 * different variables.
 */
export type SourcePredicate = (sources: readonly string[]) => boolean;

/** A kind of cookies. */
export type Where = CookieKind | SourcePredicate;

/** A kind of cookies, ready to be counted. */
export interface Kind {
  /** For people. */
  readonly name: string;
  /** Tells kinds apart; the same in every process. */
  readonly identity: string;
  /** The time stamps of a cookie's matching enrichments, oldest first. @throws InvalidTriggerError */
  readonly instants: (cookie: Cookie) => readonly string[];
}

const ALLOWED = '{source, key?, value?}, with a value only beside a key, or a function of the sources';
const MEMBERS: ReadonlySet<string> = new Set(['source', 'key', 'value']);
const LONGEST_NAME = 60;
const HASH_LENGTH = 8;

/** @throws InvalidTriggerError */
export function kindOf(where: Where): Kind {
  return typeof where === 'function' ? predicateKind(where) : enrichmentKind(where);
}

function enrichmentKind(where: CookieKind): Kind {
  const { source, key, value } = checkKind(where);
  const wanted = value === undefined ? undefined : canonicalJson(value);
  const matches = (metadata: { readonly [name: string]: JsonValue }): boolean => {
    if (key === undefined) return true;
    const found = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
    return found !== undefined && (wanted === undefined || canonicalJson(found) === wanted);
  };
  const identity = contentHash(['enrichment', source, key ?? null, wanted ?? null]);
  const text = `${source}${key === undefined ? '' : `.${key}`}${wanted === undefined ? '' : ` = ${wanted}`}`;
  return {
    name: shortened(text, identity),
    identity,
    instants: ({ enrichments }) =>
      enrichments
        .fromSource(source)
        .filter(({ metadata }) => matches(metadata))
        .map(({ timestamp }) => timestamp),
  };
}

function predicateKind(predicate: SourcePredicate): Kind {
  const text = predicate.toString();
  const identity = contentHash(['predicate', text]);
  return {
    name: shortened(text.replaceAll(/\s+/g, ' '), identity, predicate.name),
    identity,
    instants: (cookie) => instantsSinceHolding(cookie, predicate),
  };
}

function instantsSinceHolding({ enrichments }: Cookie, predicate: SourcePredicate): string[] {
  const sources = new Set<string>();
  const instants: string[] = [];
  for (const { source, timestamp } of enrichments) {
    if (source === RULE_APPLICATION) continue;
    const isNew = !sources.has(source);
    sources.add(source);
    if (instants.length > 0 || (isNew && holds(predicate, sources))) instants.push(timestamp);
  }
  return instants;
}

function holds(predicate: SourcePredicate, sources: ReadonlySet<string>): boolean {
  const answer: unknown = predicate([...sources]);
  if (typeof answer === 'boolean') return answer;
  throw new InvalidTriggerError('answer of the function of the sources', answer, 'true or false, at once');
}

function checkKind(where: CookieKind): CookieKind {
  const { source, key, value } = where ?? {};
  const known = Object.keys(where ?? {}).every((member) => MEMBERS.has(member));
  const usable = known && typeof source === 'string' && source !== '' && (key === undefined || typeof key === 'string');
  if (!usable || (key === undefined && value !== undefined)) throw new InvalidTriggerError('where', where, ALLOWED);
  return where;
}

/** What is too long is told apart by its hash. */
function shortened(text: string, identity: string, name = ''): string {
  if (text.length <= LONGEST_NAME) return text;
  const start = name === '' ? `${Array.from(text).slice(0, LONGEST_NAME).join('')}…` : name;
  return `${start} #${identity.slice(0, HASH_LENGTH)}`;
}
