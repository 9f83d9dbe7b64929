import { types } from 'node:util';
import type { JarReader } from '../../cookiejar/cookie-jar.ts';
import type { IrodsReader } from '../authoring/context.ts';
import { ECHO, type ErrorJson } from '../evaluation/messages.ts';

/** What the host does for user code that runs in threads. */
export interface HostServices {
  readonly jar: JarReader;
  readonly irods?: IrodsReader;
}

/** One service, called over a message port. */
export type HostService = (args: readonly string[], signal: AbortSignal) => Promise<unknown>;

/** The services by the names that threads call them by. */
export function serviceTable({ jar, irods }: HostServices): ReadonlyMap<string, HostService> {
  const table = new Map<string, HostService>();
  table.set(ECHO, async () => Promise.resolve());
  table.set('jar.fetch', async ([identifier = '']) => (await jar.fetch(identifier))?.toJSON());
  if (irods !== undefined) table.set('irods.list', async ([path = ''], signal) => irods.list(path, { signal }));
  return table;
}

/** An error in the form that crosses to a thread. */
export function errorJson(error: unknown): ErrorJson {
  // Errors of Node itself may stem from another realm.
  if (!types.isNativeError(error)) return { name: 'Error', message: String(error) };
  const code: unknown = 'code' in error ? error.code : undefined;
  const { name, message } = error;
  return typeof code === 'string' || typeof code === 'number' ? { name, message, code } : { name, message };
}
