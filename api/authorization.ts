import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { ReadOnlyTokenError } from './errors.ts';
import { isChange } from './changes.ts';

/** One of the tokens that the API takes, without the token itself. */
export interface ApiToken {
  /** Who it was given to: what logs say of requests that bring it. */
  readonly name: string;
  /** Whether whoever brings it may change anything, or look only. */
  readonly access: 'read' | 'write';
  /** SHA-256 of the token, in hexadecimal digits. */
  readonly sha256: string;
}

/** Finds out which token a request's `Authorization` header brings; undefined where it is none that is taken. */
export type IdentifyToken = (header: string | undefined) => ApiToken | undefined;

/** What an `Authorization` header can carry: any visible ASCII. */
const BEARER = /^bearer +([\x21-\x7e]+) *$/i;

/**
 * Compares bearer tokens with those configured, in a time that tells nothing about them.
 * @returns undefined where none is configured: everybody may ask then
 */
export function identifyBy(tokens: readonly ApiToken[]): IdentifyToken | undefined {
  if (tokens.length === 0) return undefined;
  const known = tokens.map((token) => ({ token, digest: Buffer.from(token.sha256, 'hex') }));
  return (header) => {
    const given = digestOf(BEARER.exec(header ?? '')?.[1] ?? '');
    // Every token is compared, and digests have one length, so that the time taken is always the same.
    const equal = known.filter(({ digest }) => timingSafeEqual(digest, given));
    return equal[0]?.token;
  };
}

/** @throws ReadOnlyTokenError where a request would change something and its token is for looking only */
export function refuseBeyondAccess({ method }: Pick<FastifyRequest, 'method'>, token: ApiToken | undefined): void {
  if (token?.access === 'read' && isChange(method)) throw new ReadOnlyTokenError(token.name, method);
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
