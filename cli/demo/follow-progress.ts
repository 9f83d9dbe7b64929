import { z } from 'zod';
import type { JsonValue } from '../../cookiejar/json.ts';
import type { Tally } from '../../activities/tally.ts';
import { ChangingLine } from './changing-line.ts';

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

/** Watches the numbers grow and shows them. */
export class ProgressLine {
  #found = 0;
  #firstSettledAt: number | undefined;
  #lastSettled = { count: 0, at: 0 };
  readonly #tally: () => Readonly<Tally>;
  readonly #line: ChangingLine;

  constructor(tally: () => Readonly<Tally>) {
    this.#tally = tally;
    this.#line = new ChangingLine(() => this.#text());
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
    this.#line.end();
  }

  #rate(settled: number): number {
    const now = Date.now();
    if (settled > 0) this.#firstSettledAt ??= now;
    if (settled > this.#lastSettled.count) this.#lastSettled = { count: settled, at: now };
    if (this.#firstSettledAt === undefined) return 0;
    const seconds = Math.max(1, (this.#lastSettled.at - this.#firstSettledAt) / 1_000);
    return settled / seconds;
  }

  #text(): string {
    const { found, settled, delivered, rate } = this.now;
    return `files found ${found}   cookies settled ${settled}   notifications delivered ${delivered}   ${rate.toFixed(0)} cookies/s`;
  }
}

/** The count of files in a folder retrieval's progress, 0 where it says none. */
function filesIn(progress: JsonValue | undefined): number {
  return reportSchema.safeParse(progress).data?.progress.source.files ?? 0;
}
