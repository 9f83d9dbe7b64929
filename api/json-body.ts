import type { FastifyInstance } from 'fastify';
import { isWellFormed } from '../cookiejar/identifier.ts';
import { MAX_JSON_DEPTH } from '../cookiejar/plain-json.ts';
import { InvalidRequestError, RequestRefusedError } from './errors.ts';

/** Metadata lies this deep in a list of cookies. */
const METADATA_DEPTH = 4;
const MAX_DEPTH = METADATA_DEPTH + MAX_JSON_DEPTH;

/** Takes bodies of `application/json` only; an empty one counts as none. */
export function takeJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    parseJsonBody(body),
  );
}

/**
 * Parses a request's body, undefined for an empty one.
 * @throws RequestRefusedError when it is not JSON in UTF-8
 * @throws InvalidRequestError when it holds what JSON can say but cookies cannot keep
 */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  const value = parse(body);
  refuseUnkeepable(value);
  return value;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'it is not UTF-8';
    throw new RequestRefusedError(400, `the body is not JSON: ${reason}`, { cause: error });
  }
}

interface Part {
  readonly value: unknown;
  readonly place: string;
  readonly depth: number;
}

/** Not recursive, so that no body, however deep, exhausts the stack. */
function refuseUnkeepable(body: unknown): void {
  const parts: Part[] = [{ value: body, place: 'body', depth: 0 }];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const reason = reasonToRefuse(part);
    if (reason !== undefined) throw new InvalidRequestError([{ place: part.place, reason }]);
    for (const inner of partsOf(part)) parts.push(inner);
  }
}

function reasonToRefuse({ value, depth }: Part): string | undefined {
  if (depth > MAX_DEPTH) return `lies deeper than ${MAX_DEPTH} levels`;
  if (typeof value === 'number' && !Number.isFinite(value)) return 'is a number too large to keep';
  if (typeof value === 'string') return reasonAgainstText(value);
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, '__proto__')) return 'has a key named __proto__, which is refused';
  return Object.keys(value).map(reasonAgainstText).find(Boolean);
}

function reasonAgainstText(text: string): string | undefined {
  return isWellFormed(text) ? undefined : 'is or names text that is not well-formed Unicode: half a surrogate pair';
}

function partsOf({ value, place, depth }: Part): Part[] {
  if (typeof value !== 'object' || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).map(([key, inner]: [string, unknown]) => ({
    value: inner,
    place: isList ? `${place}[${key}]` : `${place}.${key}`,
    depth: depth + 1,
  }));
}
