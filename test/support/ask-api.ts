import type { TestSystem } from './system.ts';

/** What the API answered. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks the system's API. */
export async function askApi(
  { api }: Pick<TestSystem, 'api'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}
