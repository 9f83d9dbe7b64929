import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context, JsonObject } from 'cookie-monster';

/** Appends one line of JSON to a file of the data folder. */
export async function appendLine({ home }: Context, name: string, line: JsonObject): Promise<void> {
  await mkdir(home, { recursive: true });
  const file = await open(join(home, name), 'a');
  try {
    // In one write, so that lines of several threads do not run into each other.
    await file.write(Buffer.from(`${JSON.stringify(line)}\n`));
  } finally {
    await file.close();
  }
}
