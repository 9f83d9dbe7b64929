/** Half a million characters stay below a megabyte even if JSON has to escape every one of them. */
const PART_LENGTH = 500_000;

/** Cuts a text into parts small enough for a document each, never between the halves of one character. */
export function cutText(text: string, length = PART_LENGTH): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length;) {
    const wanted = Math.min(start + length, text.length);
    const end = isSecondHalf(text, wanted) ? wanted + 1 : wanted;
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts;
}

function isSecondHalf(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0xdc00 && code <= 0xdfff;
}
