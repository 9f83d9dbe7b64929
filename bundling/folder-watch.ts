import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { isLeftOut } from './find-files.ts';

/** Watches a folder of users' files and those outside it that they import. */
export class FolderWatch {
  readonly #folder: string;
  readonly #inside: FSWatcher;
  readonly #outside: FSWatcher;
  readonly #followed = new Set<string>();
  #interesting: ReadonlySet<string> = new Set();

  /** @param changed called for every change that may matter */
  constructor(folder: string, changed: () => void, failed: (error: unknown) => void) {
    this.#folder = folder;
    this.#inside = watch(folder, { ignoreInitial: true, ignored: (path) => this.#isLeftOut(path) });
    // Folders, not files: a file that is replaced by another takes its watch with it.
    // What is there when a folder's watch begins is told too: it may have come between the reading and the watching.
    this.#outside = watch([], { ignoreInitial: false, depth: 0 });
    this.#inside.on('all', changed).on('error', failed);
    this.#outside.on('all', (event, path) => {
      // Its watch goes with it.
      if (event === 'unlinkDir') this.#followed.delete(path);
      if (this.#concerns(path)) changed();
    });
    this.#outside.on('error', failed);
  }

  /** Settles when no change inside the folder escapes any more. */
  async ready(): Promise<void> {
    await once(this.#inside, 'ready');
  }

  /** Tells which files matter now, wherever they lie. */
  follow(paths: readonly string[]): void {
    const outside = paths.filter((path) => this.#isOutside(path));
    this.#interesting = new Set(outside);
    const folders = new Set(outside.map((path) => nearestFolder(dirname(path))));
    for (const folder of folders) {
      if (!this.#followed.has(folder)) this.#outside.add(folder);
      this.#followed.add(folder);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#inside.close(), this.#outside.close()]);
  }

  #isLeftOut(path: string): boolean {
    return relative(this.#folder, path)
      .split(sep)
      .some((part) => part !== '..' && isLeftOut(part));
  }

  #isOutside(path: string): boolean {
    return relative(this.#folder, path).startsWith('..') && !path.split(sep).includes('node_modules');
  }

  // A missing import may come with any extension, or together with its folder.
  #concerns(path: string): boolean {
    if (this.#interesting.has(path)) return true;
    return [...this.#interesting].some((wanted) => path.startsWith(`${wanted}.`) || wanted.startsWith(path + sep));
  }
}

/** The folder itself, or the nearest one above it that exists. */
function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(dirname(folder));
}
