import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isWellFormed } from '../cookiejar/identifier.ts';
import { MAX_JSON_DEPTH } from '../cookiejar/plain-json.ts';
import { cutText } from './cut-text.ts';
import { InvalidRequestError, RequestRefusedError } from './errors.ts';
import { countKeys, findChangedInteger, findRepeatedKey } from './json-text-scan.ts';

/** Metadata lies this deep in a list of cookies. */
const METADATA_DEPTH = 4;
const MAX_DEPTH = METADATA_DEPTH + MAX_JSON_DEPTH;

/** Takes bodies of `application/json` only; an empty one counts as none. */
export function takeJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async ({ headers }: FastifyRequest, body: Buffer) => {
      refuseOtherEncodings(headers);
      return parseJsonBody(body);
    },
  );
}

/** Read as what it is not, a body could say something else here than where it came from. */
function refuseOtherEncodings({ 'content-type': type = '', 'content-encoding': coding }: FastifyRequest['headers']) {
  for (const [, charset = ''] of type.matchAll(/;\s*charset\s*=\s*"?([^\s";]*)/gi)) {
    if (!/^utf-?8$/i.test(charset)) throw new RequestRefusedError(415, `charset ${charset}`);
  }
  if (coding !== undefined && coding !== 'identity') throw new RequestRefusedError(415, `compressed as ${coding}`);
}

/**
 * Parses a request's body, undefined for an empty one.
 * @throws RequestRefusedError when it is not JSON in UTF-8
 * @throws InvalidRequestError when it holds what JSON can say but cookies cannot keep
 */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  const { text, value } = parse(body);
  const keys = refuseUnkeepable(value);
  // Of a key that is given twice, JSON.parse silently drops one: what was said there would be lost.
  if (keys < countKeys(text)) throw new RequestRefusedError(400, repeatedKeyWording(text));
  const changed = findChangedInteger(text);
  if (changed !== undefined) throw new RequestRefusedError(400, changedIntegerWording(changed));
  return value;
}

function parse(body: Buffer): { text: string; value: unknown } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    return { text, value: JSON.parse(text) };
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'it is not UTF-8';
    throw new RequestRefusedError(400, `the body is not JSON: ${reason}`, { cause: error });
  }
}

function repeatedKeyWording(text: string): string {
  const key = JSON.stringify(findRepeatedKey(text) ?? '');
  return `the body has the key ${cutText(key)} more than once in one object; each key is taken once`;
}

function changedIntegerWording(digits: string): string {
  return `the body has the number ${cutText(digits)}, which cannot be kept exactly: send it as text, or within ±${Number.MAX_SAFE_INTEGER}`;
}

/** One object or list on the way from the body to a value in it. */
interface Step {
  readonly value: object;
  /** Undefined for a list. */
  readonly keys: readonly string[] | undefined;
  readonly list: readonly unknown[];
  next: number;
}

/**
 * Not recursive, so that no body, however deep, exhausts the stack; no member costs memory of its own.
 * @returns how many keys there are in all objects together
 */
function refuseUnkeepable(body: unknown): number {
  const way: Step[] = [];
  let keys = 0;
  const enter = (value: unknown): void => {
    const reason = way.length > MAX_DEPTH ? `lies deeper than ${MAX_DEPTH} levels` : reasonToRefuse(value);
    if (reason !== undefined) throw new InvalidRequestError([{ place: placeOf(way), reason }]);
    const step = stepInto(value);
    if (step === undefined) return;
    way.push(step);
    keys += step.keys?.length ?? 0;
  };
  enter(body);
  for (let step = way.at(-1); step !== undefined; step = way.at(-1)) {
    if (step.next < (step.keys ?? step.list).length) enter(nextOf(step));
    else way.pop();
  }
  return keys;
}

function nextOf(step: Step): unknown {
  const { value, keys, list } = step;
  const index = step.next++;
  return keys === undefined ? list[index] : Reflect.get(value, keys[index] ?? '');
}

function stepInto(value: unknown): Step | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Array.isArray(value)
    ? { value, keys: undefined, list: value, next: 0 }
    : { value, keys: Object.keys(value), list: [], next: 0 };
}

function placeOf(way: readonly Step[]): string {
  return way.reduce((place, { keys, next }) => {
    return keys === undefined ? `${place}[${next - 1}]` : `${place}.${keys[next - 1] ?? ''}`;
  }, 'body');
}

function reasonToRefuse(value: unknown): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return 'is a number too large to keep';
  if (typeof value === 'string') return reasonAgainstText(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (Object.hasOwn(value, '__proto__')) return 'has a key named __proto__, which is refused';
  const bad = Object.keys(value).find((key) => !isWellFormed(key));
  return bad === undefined ? undefined : reasonAgainstText(bad);
}

function reasonAgainstText(text: string): string | undefined {
  return isWellFormed(text) ? undefined : 'is or names text that is not well-formed Unicode: half a surrogate pair';
}
