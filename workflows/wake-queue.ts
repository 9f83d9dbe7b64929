import { type Wake, WakeKind } from './messages.ts';

/** The wakes a cookie's workflow has still to serve. */
export class WakeQueue {
  readonly #wakes: Wake[];
  /** Served by the job that was taken last, beside the wake that it is named after. */
  #coalesced: readonly Wake[] = [];

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
    this.#coalesced = oldest?.kind === WakeKind.Enriched ? this.#takeEnriched() : [];
    return oldest;
  }

  /** The job taken last turns out to have served no wake but its own: the others wait again, before all that wait. */
  putBackCoalesced(): void {
    this.#wakes.unshift(...this.#coalesced);
    this.#coalesced = [];
  }

  /** What is left, for the next run of the workflow. */
  rest(): readonly Wake[] {
    return [...this.#wakes];
  }

  #takeEnriched(): readonly Wake[] {
    const taken = this.#wakes.filter(isEnriched);
    const others = this.#wakes.filter((wake) => !isEnriched(wake));
    this.#wakes.splice(0, this.#wakes.length, ...others);
    return taken;
  }
}

function isEnriched({ kind }: Wake): boolean {
  return kind === WakeKind.Enriched;
}
