import { plainJsonObject } from '../../cookiejar/plain-json.ts';
import type { JsonObject } from '../../cookiejar/json.ts';
import type { DefinitionSummary } from '../problem.ts';
import { words } from '../../bundling/fault-text.ts';
import type { FromThread, LogEntry } from './messages.ts';

type Level = LogEntry['level'];

/** A task that logs more than this floods the host. */
const MAX_LINES_PER_TASK = 1000;
const MAX_LINE_LENGTH = 10_000;
const MAX_DETAILS_BYTES = 64 * 1024;

/** Brings what user code logs to the log of the host. */
export class ThreadLog {
  readonly #post: (message: FromThread) => void;
  #lines = 0;

  constructor(post: (message: FromThread) => void) {
    this.#post = post;
  }

  /** Gives the next task its own allowance of lines. */
  startTask(): void {
    this.#lines = 0;
  }

  /** Logs a line for a definition, or for none. */
  write(level: Level, message: string, by: DefinitionSummary | undefined, details?: unknown): void {
    this.#lines += 1;
    if (this.#lines > MAX_LINES_PER_TASK) return;
    const last = this.#lines === MAX_LINES_PER_TASK;
    const text = last ? `${MAX_LINES_PER_TASK} lines logged by one task: the rest is dropped` : message;
    const who: JsonObject = by === undefined ? {} : { [by.kind]: by.id, file: by.file };
    this.#post({
      type: 'log',
      level: last ? 'warn' : level,
      message: text.slice(0, MAX_LINE_LENGTH),
      details: { ...loggable(details), ...who },
    });
  }
}

function loggable(details: unknown): JsonObject {
  if (details === undefined) return {};
  try {
    return plainJsonObject(details, 'details', MAX_DETAILS_BYTES);
  } catch (error) {
    return { details: words(error) };
  }
}
