import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';

/** What a path given on the command line may be known as, the likeliest first: as it stands, or as that file. */
export async function namesOf(path: string): Promise<readonly [string, ...string[]]> {
  const absolute = resolve(path);
  const file = await realpath(absolute).catch(() => undefined);
  if (file === undefined) return [path];
  return [path, ...new Set([absolute, file].filter((name) => name !== path))];
}
