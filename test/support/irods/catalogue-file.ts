import { join } from 'node:path';
import Database from 'libsql';

const FILE = 'catalogue.db';

/** Opens the file of a catalogue, for one process. */
export function openCatalogueFile(folder: string): Database.Database {
  const database = new Database(join(folder, FILE), { timeout: 10_000 });
  database.pragma('synchronous = OFF');
  return database;
}
