/** A JSON value as the programs hold it. */
export type Json = string | number | boolean | null | Json[] | JsonMap;
/** A JSON object. */
export type JsonMap = { [key: string]: Json };

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** One line as jansson dumps it with sorted keys and no indent. */
export function dump(value: Json): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map(dump).join(', ')}]`;
  if (value === null || typeof value !== 'object') return String(value);
  const members = Object.keys(value)
    .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map((key) => `${quote(key)}: ${dump(value[key] ?? null)}`);
  return `{${members.join(', ')}}`;
}

function quote(text: string): string {
  // oxlint-disable-next-line no-control-regex -- jansson escapes exactly these
  const escaped = text.replaceAll(/["\\\u0000-\u001f]/g, (character) => {
    return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}

/** Whether a value is an object with members. */
export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
