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

/** How deep objects and arrays may lie in each other: far more than anybody writes, far less than the stack holds. */
const MAX_DEPTH = 100;

const SPACE = /[ \t\r\n]*/y;
/** Where a string ends or stops being plain. Not one pattern for the whole: a long one would exhaust its stack. */
const STRING_STOP = /["\\\r\n\t]/g;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

class JsonReader {
  readonly #text: string;
  #offset = 0;
  #depth = 0;

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
    const start = this.#offset;
    const number = this.#take(NUMBER);
    if (number !== undefined && number !== '') return this.#finite(number, start);
    for (const [word, value] of WORDS) {
      if (this.#text.startsWith(word, this.#offset)) {
        this.#offset += word.length;
        return value;
      }
    }
    return this.#fail('a value: "text", a number, true, false, null, [...] or {...}');
  }

  #finite(text: string, start: number): number {
    const number = Number(text);
    if (Number.isFinite(number)) return number;
    throw new JsonSyntaxError(this.#text, start, `a number of at most ${Number.MAX_VALUE}`, 'a larger number');
  }

  #readObject(): Json {
    const record = new Map<string, Json>();
    this.#readMembers('}', () => {
      const start = this.#offset;
      const key = this.#readString('a key in double quotes');
      if (record.has(key))
        throw new JsonSyntaxError(this.#text, start, 'each key once', `${JSON.stringify(key)} again`);
      if (key === '__proto__') throw new JsonSyntaxError(this.#text, start, 'any key but __proto__', '"__proto__"');
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
    if (this.#depth === MAX_DEPTH) this.#fail(`objects and arrays that lie at most ${MAX_DEPTH} levels deep`);
    this.#depth += 1;
    this.#offset += 1;
    if (!this.#skip(end)) {
      do {
        this.#take(SPACE);
        readMember();
      } while (this.#skip(','));
      if (!this.#skip(end)) this.#fail(`"," or "${end}"`);
    }
    this.#depth -= 1;
  }

  #readString(allowed: string): string {
    const start = this.#offset;
    const end = this.#endOfString();
    if (end === undefined) return this.#fail(allowed);
    this.#offset = end;
    const text = unquote(this.#text.slice(start, end));
    // Undefined for control characters, which JSON wants escaped.
    if (text === undefined) throw new JsonSyntaxError(this.#text, start, allowed);
    if (/\p{Surrogate}/u.test(text)) {
      throw new JsonSyntaxError(this.#text, start, 'well-formed Unicode: no half of a surrogate pair alone');
    }
    return text;
  }

  /** The offset behind the closing quote of the string that begins here; undefined where there is none. */
  #endOfString(): number | undefined {
    if (this.#text[this.#offset] !== '"') return undefined;
    STRING_STOP.lastIndex = this.#offset + 1;
    for (let stop = STRING_STOP.exec(this.#text); stop !== null; stop = STRING_STOP.exec(this.#text)) {
      if (stop[0] === '"') return STRING_STOP.lastIndex;
      ESCAPE.lastIndex = stop.index;
      if (!ESCAPE.test(this.#text)) return undefined;
      STRING_STOP.lastIndex = ESCAPE.lastIndex;
    }
    return undefined;
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

function unquote(quoted: string): string | undefined {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return undefined;
  }
}

/** One character: whoever forgot a quote round a token must not find the token in the log. */
function excerpt(text: string, offset: number): string {
  const next = text.codePointAt(offset);
  if (next === undefined) return 'the end of the file';
  const character = String.fromCodePoint(next);
  return character === '\n' ? 'the end of the line' : JSON.stringify(character);
}
