import { createHash } from 'node:crypto';
import type { ApiToken } from '../../api/authorization.ts';

/** A token as the API keeps it. */
export function apiToken(text: string, name = 'default', access: ApiToken['access'] = 'write'): ApiToken {
  return { name, access, sha256: createHash('sha256').update(text).digest('hex') };
}
