import type { JsonValue } from '../../cookiejar/json.ts';

/** Progress that comes more often than this is passed on by its last one. */
const PAUSE_MS = 20;
/** It goes into Temporal's history of every run that fails. */
const MAX_LENGTH = 100_000;

/** Passes progress on, not more often than anybody needs it. */
export class ProgressPost {
  readonly #post: (progress: JsonValue) => void;
  #waiting: JsonValue | undefined;
  #postedAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(post: (progress: JsonValue) => void) {
    this.#post = post;
  }

  /** @throws TypeError, RangeError for what is no JSON, or too much of it */
  give(progress: JsonValue | undefined): void {
    if (progress === undefined) return;
    this.#waiting = copyOf(progress);
    if (performance.now() - this.#postedAt >= PAUSE_MS) this.flush();
    else
      this.#timer ??= setTimeout(() => {
        this.flush();
      }, PAUSE_MS);
  }

  /** Passes on what is held back. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting === undefined) return;
    const progress = this.#waiting;
    this.#waiting = undefined;
    this.#postedAt = performance.now();
    this.#post(progress);
  }
}

function copyOf(progress: JsonValue): JsonValue | undefined {
  const text: string | undefined = JSON.stringify(progress);
  if (text === undefined) throw new TypeError(`heartbeat was given a ${typeof progress} (allowed: JSON)`);
  if (text.length > MAX_LENGTH)
    throw new RangeError(`heartbeat was given ${text.length} characters of JSON (allowed: ${MAX_LENGTH})`);
  const copy: JsonValue = JSON.parse(text);
  return copy;
}
