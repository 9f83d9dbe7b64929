/** Nobody reads more of one fault; what was sent may be megabytes. */
const MAX_LENGTH = 500;

/** The beginning of a text, which may hold what a client sent. */
export function cutText(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  // Not between the halves of a surrogate pair.
  return `${Buffer.from(text.slice(0, MAX_LENGTH)).toString()}…`;
}
