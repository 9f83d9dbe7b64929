import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 30_000;
const DEADLINE_MS = 180_000;
const PAUSE_MS = 250;

/** An API that answers, when everything is back. */
export class ApiClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async get(path: string): Promise<unknown> {
    return this.#insist(path, { headers: { accept: 'application/json' } });
  }

  async post(path: string, body: object = {}): Promise<unknown> {
    const headers = { accept: 'application/json', 'content-type': 'application/json' };
    return this.#insist(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  /** A server that has just come back may not answer at once. */
  async #insist(path: string, request: RequestInit): Promise<unknown> {
    const deadline = Date.now() + DEADLINE_MS;
    for (;;) {
      const outcome = await this.#ask(path, request);
      if (outcome.ok) return outcome.answer;
      if (Date.now() > deadline || outcome.final) throw new Error(`${path} was answered with ${outcome.reason}`);
      await delay(PAUSE_MS);
    }
  }

  async #ask(
    path: string,
    request: RequestInit,
  ): Promise<
    | { readonly ok: true; readonly answer: unknown }
    | { readonly ok: false; readonly final: boolean; readonly reason: string }
  > {
    try {
      const response = await fetch(this.#url + path, { ...request, signal: AbortSignal.timeout(PATIENCE_MS) });
      const text = await response.text();
      if (response.ok) return { ok: true, answer: JSON.parse(text) };
      return {
        ok: false,
        final: response.status < 500 && response.status !== 429,
        reason: `${response.status} ${text.slice(0, 300)}`,
      };
    } catch (error) {
      return { ok: false, final: false, reason: String(error) };
    }
  }
}
