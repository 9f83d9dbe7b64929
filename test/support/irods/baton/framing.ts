import { StringDecoder } from 'node:string_decoder';
import type { Json } from './dump.ts';

/** A JSON value of the input, or what is wrong where one should be. */
export type Framed = { readonly value: Json } | { readonly syntaxError: string };

/** Cuts a stream into the JSON objects and arrays in it: answers come at a closing brace, no newline is needed. */
export class InputFraming {
  readonly #decoder = new StringDecoder('utf8');
  #text = '';
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** The values that are complete with this chunk. What is cut off in the end is never heard of. */
  *push(chunk: Buffer): Iterable<Framed> {
    for (const character of this.#decoder.write(chunk)) {
      if (this.#depth === 0 && /\s/.test(character)) continue;
      if (this.#depth === 0 && character !== '{' && character !== '[') {
        yield { syntaxError: `'[' or '{' expected near '${character}'` };
        continue;
      }
      this.#text += character;
      this.#follow(character);
      if (this.#depth > 0) continue;
      yield parse(this.#text);
      this.#text = '';
    }
  }

  #follow(character: string): void {
    if (this.#escaped) this.#escaped = false;
    else if (this.#inString && character === '\\') this.#escaped = true;
    else if (character === '"') this.#inString = !this.#inString;
    else if (this.#inString) return;
    else if (character === '{' || character === '[') this.#depth += 1;
    else if (character === '}' || character === ']') this.#depth -= 1;
  }
}

function parse(text: string): Framed {
  try {
    const value = JSON.parse(text) as Json;
    // Duplicate keys vanish when read, and make the text longer than what comes of it.
    const duplicate = countKeys(value) < (text.match(/"(?:[^"\\]|\\.)*"\s*:/g) ?? []).length;
    return duplicate ? { syntaxError: 'duplicate object key' } : { value };
  } catch (error) {
    return { syntaxError: error instanceof Error ? error.message : String(error) };
  }
}

function countKeys(value: Json): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countKeys(item), 0);
  if (value === null || typeof value !== 'object') return 0;
  return Object.values(value).reduce<number>((sum, item) => sum + 1 + countKeys(item), 0);
}
