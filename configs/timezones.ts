const EXACT = new Set(Intl.supportedValuesOf('timeZone'));

/**
 * The IANA name of a time zone, in the spelling that Temporal's server knows: it looks names up with case, and takes
 * no offsets such as `+01:00`.
 * @returns undefined if there is no such zone
 */
export function timezoneName(text: string): string | undefined {
  if (EXACT.has(text)) return text;
  if (!/^[A-Za-z]/.test(text)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
