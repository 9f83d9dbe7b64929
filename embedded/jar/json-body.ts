import { CouchError } from './errors.ts';

/** A body as an object. @throws CouchError where it is no JSON object in UTF-8 */
export function parseObject(body: unknown): Record<string, unknown> {
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CouchError(400, 'bad_request', 'Request body must be a JSON object');
  }
  return { ...value };
}

function parseJson(body: unknown): unknown {
  if (!Buffer.isBuffer(body)) return {};
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    const value: unknown = JSON.parse(text);
    // Only an escape can bring half a surrogate pair into a text that is UTF-8.
    if (/\\u[dD][89a-fA-F]/.test(text)) checkWellFormed(value);
    return value;
  } catch (error) {
    if (error instanceof CouchError) throw error;
    throw new CouchError(400, 'bad_request', 'invalid UTF-8 JSON');
  }
}

function checkWellFormed(value: unknown): void {
  if (typeof value === 'string' && /\p{Surrogate}/u.test(value)) {
    throw new CouchError(400, 'bad_request', 'invalid UTF-8 JSON');
  }
  if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      checkWellFormed(key);
      checkWellFormed(member);
    }
  }
}
