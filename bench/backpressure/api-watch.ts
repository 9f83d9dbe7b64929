import { z } from 'zod';

const EVERY_MS = 250;
const TIMEOUT_MS = 30_000;

/** Asks the API as a dashboard and a person would, all the time, whether or not it has answered before. */
export class ApiWatch {
  /** Milliseconds of each answer, by what was asked. */
  readonly queue: number[] = [];
  readonly cookies: number[] = [];
  /** Requests that got no answer, or a bad one. */
  readonly failures: string[] = [];
  readonly lengths: number[] = [];
  readonly #url: string;
  readonly #timer: NodeJS.Timeout;
  readonly #underWay = new Set<Promise<unknown>>();

  /** @param identifier - a cookie to look at next */
  constructor(url: string, identifier: () => string) {
    this.#url = url;
    this.#timer = setInterval(() => {
      this.#ask(this.queue, '/queue', (body) => this.lengths.push(queueSchema.parse(body).queue_length));
      this.#ask(this.cookies, `/cookiejar?identifier=${encodeURIComponent(identifier())}`);
    }, EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }

  #ask(times: number[], path: string, read: (body: unknown) => void = () => {}): void {
    const answered = this.#answer(times, path, read)
      .catch((error: unknown) => this.failures.push(`${path}: ${String(error)}`))
      .finally(() => this.#underWay.delete(answered));
    this.#underWay.add(answered);
  }

  async #answer(times: number[], path: string, read: (body: unknown) => void): Promise<void> {
    const asked = performance.now();
    const { status, body } = await askJson(this.#url, path);
    times.push(performance.now() - asked);
    // A file may not have been come to yet.
    if (status === 200) read(body);
    else if (status !== 404) this.failures.push(`${path}: ${status}`);
  }
}

const queueSchema = z.object({ queue_length: z.number() });

/** Asks the API once. */
export async function askJson(url: string, path: string, method = 'GET'): Promise<{ status: number; body: unknown }> {
  const response = await fetch(new URL(path, url), {
    method,
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: response.status, body: await response.json() };
}
