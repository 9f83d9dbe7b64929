import { z } from 'zod';
import type { JsonValue } from '../../cookiejar/json.ts';
import type { Tally } from '../../activities/tally.ts';

const SHOW_EVERY_MS = 1_000;

const reportSchema = z.object({ progress: z.object({ source: z.object({ files: z.number() }) }) });

/** How far the demo has come. */
export interface DemoProgress {
  /** Files that the retrieval has looked at so far. */
  readonly found: number;
  readonly settled: number;
  readonly delivered: number;
  /** Cookies settled per second since the first. */
  readonly rate: number;
}

/** Watches the numbers grow and shows them: one line that changes on a terminal, else a line now and then. */
export class ProgressLine {
  #found = 0;
  #firstSettledAt: number | undefined;
  #lastSettled = { count: 0, at: 0 };
  #shown = '';
  readonly #tally: () => Readonly<Tally>;
  readonly #timer: NodeJS.Timeout;

  constructor(tally: () => Readonly<Tally>) {
    this.#tally = tally;
    this.#timer = setInterval(() => this.#show(), SHOW_EVERY_MS);
  }

  /** Takes what the retrieval reports. */
  retrieved(progress: JsonValue | undefined): void {
    this.#found = Math.max(this.#found, filesIn(progress));
  }

  get now(): DemoProgress {
    const { settled, delivered } = this.#tally();
    return { found: Math.max(this.#found, 0), settled, delivered, rate: this.#rate(settled) };
  }

  /** Shows the last state and ends the line. */
  end(): void {
    clearInterval(this.#timer);
    this.#show();
    if (process.stdout.isTTY) process.stdout.write('\n');
  }

  #rate(settled: number): number {
    const now = Date.now();
    if (settled > 0) this.#firstSettledAt ??= now;
    if (settled > this.#lastSettled.count) this.#lastSettled = { count: settled, at: now };
    if (this.#firstSettledAt === undefined) return 0;
    const seconds = Math.max(1, (this.#lastSettled.at - this.#firstSettledAt) / 1_000);
    return settled / seconds;
  }

  #show(): void {
    const { found, settled, delivered, rate } = this.now;
    const line = `files found ${found}   cookies settled ${settled}   notifications delivered ${delivered}   ${rate.toFixed(0)} cookies/s`;
    if (line === this.#shown) return;
    this.#shown = line;
    process.stdout.write(process.stdout.isTTY ? `\r\u001B[K${line}` : `${line}\n`);
  }
}

/** The count of files in a folder retrieval's progress, 0 where it says none. */
function filesIn(progress: JsonValue | undefined): number {
  return reportSchema.safeParse(progress).data?.progress.source.files ?? 0;
}
