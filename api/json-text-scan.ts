/** How many keys the objects of a valid JSON text have together, repeated ones included. */
export function countKeys(text: string): number {
  let count = 0;
  for (let start = text.indexOf('"'); start >= 0;) {
    const end = endOfString(text, start);
    if (isKey(text, end)) count += 1;
    start = text.indexOf('"', end);
  }
  return count;
}

/** The first key of a valid JSON text that its object had before; undefined where there is none. */
export function findRepeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') open.push(new Set());
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = endOfString(text, at);
      const key = isKey(text, end) ? String(JSON.parse(text.slice(at, end))) : undefined;
      if (key !== undefined && open.at(-1)?.has(key)) return key;
      if (key !== undefined) open.at(-1)?.add(key);
      at = end - 1;
    }
  }
  return undefined;
}

/** From sixteen digits on a whole number may be none that JavaScript has. */
const LONG_INTEGER = /(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;

/** The first whole number of a valid JSON text that would be written as another one; undefined where there is none. */
export function findChangedInteger(text: string): string | undefined {
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    const end = quote < 0 ? text.length : quote;
    const changed = text
      .slice(at, end)
      .match(LONG_INTEGER)
      ?.find((digits) => String(Number(digits)) !== digits);
    if (changed !== undefined) return changed;
    at = quote < 0 ? end : endOfString(text, quote);
  }
  return undefined;
}

/** The offset behind the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
  return text.length;
}

/** Whether a string that ends before `end` is a key: a colon follows. */
function isKey(text: string, end: number): boolean {
  let at = end;
  while (isSpace(text.charCodeAt(at))) at++;
  return text[at] === ':';
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
