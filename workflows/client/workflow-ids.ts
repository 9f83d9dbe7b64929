import { createHash } from 'node:crypto';

/** Temporal's schema for PostgreSQL and MySQL gives ids 255 characters, and its server does not refuse longer ones. */
const MAX_BYTES = 255;
const PREFIX = 'cookie:';

/**
 * Id of the workflow that processes a cookie: `cookie:<identifier>`; a long one is cut on a character and ends in a
 * hash of the whole, so that different identifiers never share an id.
 */
export function cookieWorkflowId(identifier: string): string {
  const id = PREFIX + identifier;
  if (Buffer.byteLength(id) <= MAX_BYTES) return id;
  const hash = createHash('sha256').update(identifier).digest('hex');
  return `${cutToBytes(id, MAX_BYTES - hash.length - 1)}#${hash}`;
}

/** The longest start of `text` that has at most `bytes` bytes in UTF-8 and ends on a whole character. */
export function cutToBytes(text: string, bytes: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += Buffer.byteLength(character);
    if (used > bytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}
