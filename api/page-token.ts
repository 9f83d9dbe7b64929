import { createHash } from 'node:crypto';

const CHECK_BYTES = 8;

/** Writes a service's token for its next page so that it fits into a URL and tells when it is not what was given out. */
export function sealPageToken(token: Uint8Array): string {
  return Buffer.concat([checkOf(token), token]).toString('base64url');
}

/**
 * Reads what {@link sealPageToken} wrote. A token changed by mistake must not reach the service, which may take it for a
 * failure of its own and have it repeated.
 * @returns undefined where it is none
 */
export function openPageToken(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64url');
  const token = bytes.subarray(CHECK_BYTES);
  // Buffer.from passes over what is no base64url.
  return token.length > 0 && sealPageToken(token) === text ? token : undefined;
}

function checkOf(token: Uint8Array): Uint8Array {
  return createHash('sha256').update(token).digest().subarray(0, CHECK_BYTES);
}
