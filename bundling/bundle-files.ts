import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Places, fillPlaces } from './places.ts';
import { placeSourceMap } from './source-map.ts';

interface Known {
  readonly path: string;
  readonly digest: string;
}

/** Files from which threads load bundles: their placeholders are filled in for this machine. */
export class BundleFiles {
  readonly #folder: string;
  readonly #places: Places;
  readonly #textOf: (hash: string) => Promise<string>;
  readonly #known = new Map<string, Known>();

  /** @param textOf gives the verified text of a version */
  constructor(folder: string, places: Places, textOf: (hash: string) => Promise<string>) {
    this.#folder = folder;
    this.#places = places;
    this.#textOf = textOf;
  }

  /**
   * Makes sure that a version's file is there and says what it should.
   * @returns its URL
   * @throws what `textOf` throws
   */
  async locate(hash: string): Promise<string> {
    const known = this.#known.get(hash);
    if (known !== undefined && (await isIntact(known))) return pathToFileURL(known.path).href;
    const text = fillPlaces(placeSourceMap(await this.#textOf(hash), this.#places.folder), this.#places);
    const written = await this.#write(hash, text);
    this.#known.set(hash, written);
    return pathToFileURL(written.path).href;
  }

  async #write(hash: string, text: string): Promise<Known> {
    const digest = sha256(text);
    // Named for both: processes with other places may share the folder.
    const path = join(this.#folder, `${hash.slice(0, 16)}-${digest.slice(0, 16)}.mjs`);
    const file = { path, digest };
    if (await isIntact(file)) return file;
    await mkdir(this.#folder, { recursive: true });
    const draft = `${path}.${randomUUID()}.tmp`;
    await writeFile(draft, text);
    await rename(draft, path);
    return file;
  }
}

async function isIntact({ path, digest }: Known): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text !== undefined && sha256(text) === digest;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
