import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';

/**
 * Says why something cannot be read as a file, without opening it: a pipe would be waited for without end.
 * @returns undefined if it can be
 */
export async function whyUnreadable(path: string): Promise<string | undefined> {
  try {
    const target = await stat(path);
    await access(path, constants.R_OK);
    return target.isFile() ? undefined : 'is no regular file, nor a link to one';
  } catch (error) {
    if (isNoUtf8(path)) return 'has a name that is not in UTF-8, here shown with \uFFFD (allowed: names in UTF-8)';
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ENOENT') return 'is not there, or is a link to what is not there';
  if (code === 'ELOOP') return 'is a link that leads back to itself';
  return `cannot be read: ${String(error)}`;
}

/** Whether a path lacks what Node could not decode: nothing is found by it. */
export function isNoUtf8(path: string): boolean {
  return path.includes('\uFFFD');
}

/** What the operating system calls a fault, e.g. `ENOENT`. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
