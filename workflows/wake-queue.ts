import { type Wake, WakeKind } from './messages.ts';

/** The wakes a cookie's workflow has still to serve. */
export class WakeQueue {
  readonly #wakes: Wake[];

  constructor(wakes: readonly Wake[]) {
    this.#wakes = [...wakes];
  }

  get length(): number {
    return this.#wakes.length;
  }

  push(wake: Wake): void {
    this.#wakes.push(wake);
  }

  /**
   * Takes the wake that the next job serves. All waiting `enriched` wakes are served by one job, named after the oldest;
   * a `reprocess` wake is a job of its own.
   */
  take(): Wake | undefined {
    const oldest = this.#wakes.shift();
    if (oldest?.kind === WakeKind.Enriched) this.#dropEnriched();
    return oldest;
  }

  /** What is left, for the next run of the workflow. */
  rest(): readonly Wake[] {
    return [...this.#wakes];
  }

  #dropEnriched(): void {
    const others = this.#wakes.filter((wake) => wake.kind !== WakeKind.Enriched);
    this.#wakes.splice(0, this.#wakes.length, ...others);
  }
}
