import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether a request's `Authorization` header brings a valid token. */
export type TokenCheck = (header: string | undefined) => boolean;

const BEARER = /^bearer +([\w~+/.=-]+) *$/i;

/**
 * Checks bearer tokens against those configured, in a time that tells nothing about them.
 * @returns undefined where none is configured: everybody may ask then
 */
export function createTokenCheck(tokens: readonly string[]): TokenCheck | undefined {
  if (tokens.length === 0) return undefined;
  const digests = tokens.map(digest);
  return (header) => {
    const given = digest(BEARER.exec(header ?? '')?.[1] ?? '');
    // Every token is compared, and digests have one length, so that the time taken is always the same.
    return digests.map((expected) => timingSafeEqual(expected, given)).includes(true);
  };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
