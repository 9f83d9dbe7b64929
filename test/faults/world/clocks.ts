import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDERS = ['/usr/lib/x86_64-linux-gnu/faketime', '/usr/lib/aarch64-linux-gnu/faketime', '/usr/lib/faketime'];
const LIBRARY = 'libfaketimeMT.so.1';

/** The library that lies to processes about the time; undefined where the machine has none. */
export function findFaketime(): string | undefined {
  return FOLDERS.filter((folder) => existsSync(folder) && readdirSync(folder).includes(LIBRARY))
    .map((folder) => join(folder, LIBRARY))
    .at(0);
}

/** A clock that can be set wrong while its process runs. Durations stay right: only the time of day jumps. */
export class WrongClock {
  readonly #file: string;
  readonly #library: string;

  private constructor(library: string, file: string) {
    this.#library = library;
    this.#file = file;
  }

  static async make(library: string, file: string): Promise<WrongClock> {
    const clock = new WrongClock(library, file);
    await clock.set(0);
    return clock;
  }

  /** For the process that is to believe it. */
  get environment(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: this.#library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    };
  }

  async set(seconds: number): Promise<void> {
    await writeFile(this.#file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  }
}
