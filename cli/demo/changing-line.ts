const SHOW_EVERY_MS = 1_000;

/** Shows how far something has come: one line that changes on a terminal, else a line now and then. */
export class ChangingLine {
  #shown = '';
  readonly #text: () => string;
  readonly #timer: NodeJS.Timeout;

  /** @param text what is to be shown now */
  constructor(text: () => string) {
    this.#text = text;
    this.#timer = setInterval(() => this.#show(), SHOW_EVERY_MS);
  }

  /** Shows the last state and ends the line. */
  end(): void {
    clearInterval(this.#timer);
    this.#show();
    if (process.stdout.isTTY) process.stdout.write('\n');
  }

  #show(): void {
    const text = this.#text();
    if (text === this.#shown) return;
    this.#shown = text;
    process.stdout.write(process.stdout.isTTY ? `\r\u001B[K${text}` : `${text}\n`);
  }
}
