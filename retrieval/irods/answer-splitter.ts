import { BatonAnswerError } from './errors.ts';

/** What a chunk of an answer completes. */
export interface AnswerPart {
  /** Elements of the array. */
  readonly elements: readonly unknown[];
  /** The object that came instead of an array. */
  readonly object?: unknown;
}

/** No single row is larger; what is goes wrong before it fills the memory. */
const LARGEST_ELEMENT = 64 * 1024 ** 2;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const Place = { Before: 0, Array: 1, Object: 2, After: 3 } as const;
type Place = (typeof Place)[keyof typeof Place];

/**
 * Reads one JSON array, element by element, from chunks that may be cut anywhere, or the one object that stands in its
 * place. Holds no more than one element and one chunk.
 */
export class AnswerSplitter {
  #place: Place = Place.Before;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Bytes of the element that has not ended, of earlier chunks. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #anyElement = false;

  /** Whether the answer has come to its end. */
  get complete(): boolean {
    return this.#place === Place.After;
  }

  /**
   * What this chunk completes.
   * @throws BatonAnswerError if this is no such answer
   */
  push(chunk: Buffer): AnswerPart {
    const run = { from: 0, comma: -1, commas: 0 };
    let part: AnswerPart = { elements: [] };
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (this.#depth === 0) {
        if (this.#begins(byte)) run.from = byte === OPEN_BRACE ? at : at + 1;
      } else if (this.#ends(byte)) part = this.#finish(chunk, run.from, at, run.commas);
      else if (byte === COMMA && this.#isBetweenElements()) {
        run.comma = at;
        run.commas += 1;
      }
    }
    if (this.complete) return part;
    if (run.comma >= 0) part = this.#elements(chunk.subarray(run.from, run.comma), run.commas);
    this.#keep(chunk.subarray(Math.max(run.from, run.comma + 1)));
    return part;
  }

  /** Takes a byte before or after the value; true if the value begins with it. */
  #begins(byte: number): boolean {
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return false;
    const begins = byte === OPEN_BRACKET || byte === OPEN_BRACE;
    if (this.#place === Place.After || !begins) {
      const place = this.#place === Place.After ? 'after the answer' : 'where an answer should begin';
      throw new BatonAnswerError(
        `found ${JSON.stringify(String.fromCodePoint(byte))} ${place}; allowed: one JSON array`,
      );
    }
    this.#place = byte === OPEN_BRACKET ? Place.Array : Place.Object;
    this.#depth = 1;
    return true;
  }

  /** Takes a byte of the value; true if the value ends with it. */
  #ends(byte: number): boolean {
    if (this.#inString) this.#followString(byte);
    else if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) this.#depth -= 1;
    return this.#depth === 0;
  }

  #followString(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inString = false;
  }

  #isBetweenElements(): boolean {
    return this.#depth === 1 && !this.#inString && this.#place === Place.Array;
  }

  #finish(chunk: Buffer, from: number, end: number, commas: number): AnswerPart {
    const isObject = this.#place === Place.Object;
    this.#place = Place.After;
    if (isObject) return { elements: [], object: parse(this.#take(chunk.subarray(from, end + 1))) };
    const text = this.#take(chunk.subarray(from, end));
    const isEmpty = !this.#anyElement && commas === 0 && text.trim() === '';
    return { elements: isEmpty ? [] : parseElements(text, commas + 1) };
  }

  #elements(bytes: Buffer, count: number): AnswerPart {
    this.#anyElement = true;
    return { elements: parseElements(this.#take(bytes), count) };
  }

  #take(bytes: Buffer): string {
    const text = this.#pending.length === 0 ? bytes.toString() : Buffer.concat([...this.#pending, bytes]).toString();
    this.#pending = [];
    this.#pendingBytes = 0;
    return text;
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0 || this.#place === Place.Before) return;
    // A copy would be needed if the stream reused its buffers; Node's do not.
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes > LARGEST_ELEMENT)
      throw new BatonAnswerError(`found a row of more than ${LARGEST_ELEMENT} bytes; no iRODS row is that large`);
  }
}

/** A run of elements is read at once: many times as fast as each by itself. */
function parseElements(text: string, count: number): readonly unknown[] {
  const elements = parse(`[${text}]`);
  if (Array.isArray(elements) && elements.length === count) return elements;
  throw new BatonAnswerError('found an array with an empty place; allowed: a JSON value between two commas');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BatonAnswerError(`found what is no JSON: ${reason}`, { cause });
  }
}
