/**
 * A text that the store takes, made from any: halves of surrogate pairs become replacement characters, and what is
 * longer than `length` UTF-16 units is cut.
 */
export function safeText(text: string, length: number): string {
  const wellFormed = Buffer.from(text).toString();
  return wellFormed.length <= length ? wellFormed : Buffer.from(`${wellFormed.slice(0, length - 1)}…`).toString();
}
