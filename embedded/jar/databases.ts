import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import PouchDB from 'pouchdb';
import { CouchError, JarFolderError } from './errors.ts';

const DATABASE_NAME = /^[a-z][a-z0-9_$()+/-]*$/;

/** How many revisions of a document are remembered: enough to tell a stale writer, few enough for hot documents. */
const REVISIONS = 100;

/** The databases in one folder, a subfolder each. */
export class Databases {
  readonly #folder: string;
  readonly #open = new Map<string, PouchDB>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Opens all databases of a folder. @throws JarFolderError where another process has it open */
  static async open(folder: string): Promise<Databases> {
    const databases = new Databases(folder);
    try {
      await mkdir(folder, { recursive: true });
      for (const name of await databaseNames(folder)) await databases.#load(name);
      return databases;
    } catch (error) {
      await databases.close();
      throw new JarFolderError(folder, error);
    }
  }

  names(): string[] {
    return [...this.#open.keys()].toSorted();
  }

  /** @throws CouchError where there is none of that name */
  get(name: string): PouchDB {
    const database = this.#open.get(name);
    if (!database) throw new CouchError(404, 'not_found', 'Database does not exist.');
    return database;
  }

  /** @throws CouchError where the name is not allowed or taken */
  async create(name: string): Promise<void> {
    if (!DATABASE_NAME.test(name)) {
      throw new CouchError(
        400,
        'illegal_database_name',
        `Name: '${name}'. Only lowercase characters (a-z), digits (0-9), and any of the characters _, $, (, ), +, -, and / are allowed. Must begin with a letter.`,
      );
    }
    if (this.#open.has(name)) {
      throw new CouchError(412, 'file_exists', 'The database could not be created, the file already exists.');
    }
    await this.#load(name);
  }

  /** @throws CouchError where there is none of that name */
  async destroy(name: string): Promise<void> {
    const database = this.get(name);
    this.#open.delete(name);
    await database.destroy();
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map(async (database) => database.close()));
  }

  async #load(name: string): Promise<void> {
    const path = join(this.#folder, encodeURIComponent(name));
    const database = new PouchDB(path, { adapter: 'leveldb', auto_compaction: true, revs_limit: REVISIONS });
    // Set before anything is awaited, so that two creations at once do not both succeed.
    this.#open.set(name, database);
    try {
      await database.info();
    } catch (error) {
      this.#open.delete(name);
      throw error;
    }
  }
}

async function databaseNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => toDatabaseName(name));
  // Other folders may lie there too: `lost+found`, those of a file manager.
  return names.filter((name) => DATABASE_NAME.test(name));
}

function toDatabaseName(folderName: string): string {
  try {
    return decodeURIComponent(folderName);
  } catch {
    return '';
  }
}
