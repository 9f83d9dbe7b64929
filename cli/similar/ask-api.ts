import { z } from 'zod';
import type { Settings } from '../../configs/settings.ts';
import { type AskSimilar, similarAnswerSchema } from './answer.ts';

/** More than the API itself takes to give a question up. */
const TIMEOUT_MS = 40_000;
const ANY_HOST: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

const problemSchema = z.object({ status: z.number(), detail: z.string() });
const startPageSchema = z.object({ name: z.literal('cookie-monster') });

/** The API of the running installation; undefined where none answers at the configured host and port. */
export async function findApi(api: Settings['api']): Promise<AskSimilar | undefined> {
  // Port 0 is any free one: nobody can say which.
  if (api.port === 0) return undefined;
  const host = ANY_HOST[api.host] ?? api.host;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${api.port}`;
  const headers = authorized(api);
  if (!(await isCookieMonster(url, headers))) return undefined;
  return async (identifier, { threshold, limit }) => {
    const query = new URLSearchParams({
      identifier,
      ...(threshold === undefined ? {} : { threshold: String(threshold) }),
      ...(limit === undefined ? {} : { limit: String(limit) }),
    });
    const response = await fetch(`${url}/similar?${query.toString()}`, {
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body: unknown = await response.json();
    if (response.ok) return similarAnswerSchema.parse(body);
    const { status, detail } = problemSchema.parse(body);
    if (status === 404) return { unknown: detail };
    throw new Error(`${url}: ${detail}`);
  };
}

function authorized({ token }: Settings['api']): Record<string, string> {
  return { accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
}

/** @throws Error where it is, and wants another token */
async function isCookieMonster(url: string, headers: Record<string, string>): Promise<boolean> {
  const response = await reach(url, headers);
  if (response === undefined) return false;
  const body: unknown = await response.json().catch(() => undefined);
  if (response.status === 401 && problemSchema.safeParse(body).success) {
    throw new Error(`${url} wants another token: set COOKIE_MONSTER_API_TOKEN to one that it takes`);
  }
  return startPageSchema.safeParse(body).success;
}

async function reach(url: string, headers: Record<string, string>): Promise<Response | undefined> {
  try {
    return await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    return undefined;
  }
}
