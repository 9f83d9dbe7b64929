/** A value that JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | JsonRecord;

/** A JSON object. */
export type JsonRecord = { readonly [key: string]: Json };

/** Thrown when text is no JSON. Line and column count from 1. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  readonly line: number;
  readonly column: number;
  readonly found: string;
  readonly allowed: string;

  constructor(text: string, offset: number, allowed: string, found = excerpt(text, offset)) {
    const before = text.slice(0, offset).split('\n');
    super(`line ${before.length}: found ${found}; allowed: ${allowed}`);
    this.line = before.length;
    this.column = (before.at(-1)?.length ?? 0) + 1;
    this.found = found;
    this.allowed = allowed;
  }
}

/**
 * Parses JSON as `JSON.parse` does, but says where it is broken, and refuses a key given twice, of which
 * `JSON.parse` silently drops one.
 * @throws JsonSyntaxError
 */
export function parseJsonText(text: string): Json {
  const reader = new JsonReader(text.startsWith('\uFEFF') ? text.slice(1) : text);
  return reader.readDocument();
}

const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\\r\n\t]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

class JsonReader {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readDocument(): Json {
    const value = this.#readValue();
    this.#take(SPACE);
    if (this.#offset < this.#text.length) this.#fail('nothing more after the value');
    return value;
  }

  #readValue(): Json {
    this.#take(SPACE);
    const next = this.#text[this.#offset];
    if (next === '{') return this.#readObject();
    if (next === '[') return this.#readArray();
    if (next === '"') return this.#readString('a string with its closing quote, on one line, with valid escapes');
    return this.#readScalar();
  }

  #readScalar(): Json {
    const number = this.#take(NUMBER);
    if (number !== undefined && number !== '') return Number(number);
    for (const [word, value] of WORDS) {
      if (this.#text.startsWith(word, this.#offset)) {
        this.#offset += word.length;
        return value;
      }
    }
    return this.#fail('a value: "text", a number, true, false, null, [...] or {...}');
  }

  #readObject(): Json {
    const record = new Map<string, Json>();
    this.#readMembers('}', () => {
      const start = this.#offset;
      const key = this.#readString('a key in double quotes');
      if (record.has(key))
        throw new JsonSyntaxError(this.#text, start, 'each key once', `${JSON.stringify(key)} again`);
      if (key === '__proto__') throw new JsonSyntaxError(this.#text, start, 'any key but __proto__');
      if (!this.#skip(':')) this.#fail('":" after the key');
      record.set(key, this.#readValue());
    });
    return Object.fromEntries(record);
  }

  #readArray(): Json {
    const items: Json[] = [];
    this.#readMembers(']', () => items.push(this.#readValue()));
    return items;
  }

  #readMembers(end: '}' | ']', readMember: () => void): void {
    this.#offset += 1;
    if (this.#skip(end)) return;
    do {
      this.#take(SPACE);
      readMember();
    } while (this.#skip(','));
    if (!this.#skip(end)) this.#fail(`"," or "${end}"`);
  }

  #readString(allowed: string): string {
    const start = this.#offset;
    const quoted = this.#take(STRING);
    if (quoted === undefined) return this.#fail(allowed);
    try {
      return String(JSON.parse(quoted));
    } catch {
      // Control characters, which JSON wants escaped.
      throw new JsonSyntaxError(this.#text, start, allowed);
    }
  }

  #skip(character: string): boolean {
    this.#take(SPACE);
    if (this.#text[this.#offset] !== character) return false;
    this.#offset += 1;
    return true;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#offset;
    const taken = pattern.exec(this.#text)?.[0];
    if (taken !== undefined) this.#offset += taken.length;
    return taken;
  }

  #fail(allowed: string): never {
    throw new JsonSyntaxError(this.#text, this.#offset, allowed);
  }
}

function excerpt(text: string, offset: number): string {
  const rest = text.slice(offset, offset + 20).split('\n')[0] ?? '';
  if (offset >= text.length) return 'the end of the file';
  return rest === '' ? 'the end of the line' : JSON.stringify(rest);
}
