/** Something that one side waits for and the other lets happen. */
export class Gate {
  readonly passed: Promise<void>;
  #open: (() => void) | undefined;

  constructor() {
    this.passed = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(): void {
    this.#open?.();
  }
}
