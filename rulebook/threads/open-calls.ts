import type { FromThread, ToThread } from '../evaluation/messages.ts';
import { type HostService, errorJson } from './host-services.ts';

type Call = Extract<FromThread, { type: 'call' }>;

/** The calls of one thread to services of the host that have not been answered yet. */
export class OpenCalls {
  readonly #services: ReadonlyMap<string, HostService>;
  readonly #post: (message: ToThread) => void;
  readonly #open = new Map<number, AbortController>();

  constructor(services: ReadonlyMap<string, HostService>, post: (message: ToThread) => void) {
    this.#services = services;
    this.#post = post;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Serves a call and posts its answer. */
  async serve({ call, service, args }: Call): Promise<void> {
    const abort = new AbortController();
    this.#open.set(call, abort);
    const answer = await this.#answer(service, args, abort.signal);
    if (this.#open.delete(call)) this.#post({ type: 'answer', call, ...answer });
  }

  /** Gives up one call. */
  hangUp(call: number): void {
    this.#open.get(call)?.abort();
    this.#open.delete(call);
  }

  /** Gives up all calls: their thread is gone. */
  hangUpAll(): void {
    for (const call of this.#open.keys()) this.hangUp(call);
  }

  async #answer(
    name: string,
    args: Call['args'],
    signal: AbortSignal,
  ): Promise<Pick<Extract<ToThread, { type: 'answer' }>, 'value' | 'error'>> {
    try {
      const service = this.#services.get(name);
      if (service === undefined) throw new Error(`there is no service '${name}'`);
      const value = await service(args, signal);
      return value === undefined ? {} : { value };
    } catch (error) {
      return { error: errorJson(error) };
    }
  }
}
