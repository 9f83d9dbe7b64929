import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/**
 * Opening a pipe that nobody writes to would wait for ever; a link that took the file's place since it was found may lead
 * anywhere. Windows has no such flags.
 */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** Opens a file for reading. @throws for what is no file, such as a folder, pipe or device, and what cannot be read */
export async function openFile(path: string): Promise<FileHandle> {
  const file = await open(path, FLAGS);
  try {
    if ((await file.stat()).isFile()) return file;
    throw new Error(`${path} is not a regular file any more`);
  } catch (error) {
    await file.close();
    throw error;
  }
}
