import { stat } from 'node:fs/promises';

/** Time stamps as new as this may not change with the next write. */
const UNSURE_MS = 2000;

/**
 * A text that changes when one of the files changes, appears or goes.
 * @returns undefined while a file is so new that its next change might not show
 */
export async function fingerprint(paths: readonly string[], now: number): Promise<string | undefined> {
  const marks = await Promise.all(paths.map(async (path) => mark(path)));
  if (marks.some(({ changed }) => Math.abs(now - changed) < UNSURE_MS)) return undefined;
  return marks.map(({ text }) => text).join('\n');
}

async function mark(path: string): Promise<{ readonly text: string; readonly changed: number }> {
  try {
    const { size, mtimeMs, ctimeMs, ino } = await stat(path);
    return { text: [path, size, mtimeMs, ctimeMs, ino].join(' '), changed: Math.max(mtimeMs, ctimeMs) };
  } catch {
    return { text: `${path} gone`, changed: -Infinity };
  }
}
