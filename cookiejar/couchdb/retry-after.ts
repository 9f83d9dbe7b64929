/** Longer than this nobody waits on a server's word, in ms. */
const LONGEST_MS = 10 * 60 * 1000;

/** What a `Retry-After` header asks for, in ms; undefined where it asks for nothing that can be read. */
export function parseRetryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(LONGEST_MS, Math.max(0, ms)) : undefined;
}
