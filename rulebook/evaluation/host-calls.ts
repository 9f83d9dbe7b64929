import type { ErrorJson, FromThread } from './messages.ts';

type Post = (message: FromThread) => void;

/** A failure of one of the host's services, as user code sees it. */
class HostServiceError extends Error {
  readonly code?: string | number;

  constructor({ name, message, code }: ErrorJson) {
    super(message);
    this.name = name;
    if (code !== undefined) this.code = code;
  }
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls of user code to the services of the process that runs its thread. */
export class HostCalls {
  readonly #post: Post;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor(post: Post) {
    this.#post = post;
  }

  /** Calls a service; an aborted `signal` hangs up. */
  async call(service: string, args: readonly string[], signal?: AbortSignal): Promise<unknown> {
    signal?.throwIfAborted();
    const call = ++this.#last;
    const hangUp = (): void => {
      this.#post({ type: 'hang-up', call });
      this.#waiting.get(call)?.reject(signal?.reason);
    };
    signal?.addEventListener('abort', hangUp, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(call, { resolve, reject });
        this.#post({ type: 'call', call, service, args });
      });
    } finally {
      this.#waiting.delete(call);
      signal?.removeEventListener('abort', hangUp);
    }
  }

  /** Takes the host's answer. */
  answer(call: number, value: unknown, error: ErrorJson | undefined): void {
    const waiting = this.#waiting.get(call);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(new HostServiceError(error));
  }
}
