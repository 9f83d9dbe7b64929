import type { FromThread } from './messages.ts';

/** Thrown when the host could not wake a cookie. */
class WakeFailedError extends Error {
  override readonly name = 'WakeFailedError';
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Wakes cookies through the process that runs the thread: it can start their workflows in itself. */
export class HostWakes {
  readonly #post: (message: FromThread) => void;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor(post: (message: FromThread) => void) {
    this.#post = post;
  }

  /** Resolves when the cookie is certain to be looked at. @throws WakeFailedError */
  async wake(identifier: string): Promise<void> {
    const call = ++this.#last;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
      this.#post({ type: 'wake', call, identifier });
    });
  }

  /** Takes the host's answer. */
  answer(call: number, error: string | undefined): void {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    if (error === undefined) waiting?.resolve();
    else waiting?.reject(new WakeFailedError(error));
  }
}
