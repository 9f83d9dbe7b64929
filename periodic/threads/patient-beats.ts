import type { JarLogger } from '../../cookiejar/logger.ts';
import type { Progress } from '../../bundling/thread-progress.ts';

const BEAT_MS = 500;

/**
 * Beats while a thread waits for what is not its fault: a jar that does not answer, a cookie that is being woken. Its
 * timer stands still in an endless loop, so that this stays noticed.
 */
export class PatientBeats {
  readonly #beats: Progress;
  readonly #timer: NodeJS.Timeout;
  #waits = 0;
  #outage = false;

  constructor(beats: Progress) {
    this.#beats = beats;
    this.#timer = setInterval(() => {
      if (this.#waits > 0 || this.#outage) this.#beats.beat();
    }, BEAT_MS);
    this.#timer.unref();
  }

  /** Beats until `work` has settled. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#waits += 1;
    try {
      return await work;
    } finally {
      this.#waits -= 1;
    }
  }

  /** The jar warns when an outage begins, and informs when it ends; both also go to `logger`. */
  jarLogger(logger: JarLogger): JarLogger {
    return {
      warn: (details, message) => {
        this.#outage = true;
        logger.warn(details, message);
      },
      info: (details, message) => {
        this.#outage = false;
        logger.info(details, message);
      },
    };
  }
}
