import { existsSync, readFileSync } from 'node:fs';

/** A specific query that this package needs in the catalogue. */
export interface ShippedQuery {
  readonly alias: string;
  /** Name of its file in `resources/specific-queries`. */
  readonly file: string;
  /** Its text on one line, as it is installed. */
  readonly sql: string;
}

/** A query as a catalogue has it. */
export type InstalledQuery = Pick<ShippedQuery, 'alias' | 'sql'>;

const FILES: Readonly<Record<string, string>> = {
  dataModifiedPartial: 'data-modified-partial.sql',
  metadataModifiedPartial: 'metadata-modified-partial.sql',
  dataModifiedIdOnly: 'data-modified-id-only.sql',
  metadataModifiedIdOnly: 'metadata-modified-id-only.sql',
};

/** What the sweep asks beside them, where it is installed. */
export const IDS_IN_COLLECTION = 'dataIdsInCollection';

const SWEEP_FILES: Readonly<Record<string, string>> = {
  [IDS_IN_COLLECTION]: 'sweep/data-ids-in-collection.sql',
};

/** The specific queries that an administrator of the zone installs. */
export function shippedQueries(): readonly ShippedQuery[] {
  return read(FILES);
}

/** Those that make sweeps know more: without them they do not recognise renamed objects, nor tell unreadable from gone. */
export function sweepQueries(): readonly ShippedQuery[] {
  return read(SWEEP_FILES);
}

/** All that an administrator may install. */
export function installableQueries(): readonly ShippedQuery[] {
  return [...shippedQueries(), ...sweepQueries()];
}

function read(files: Readonly<Record<string, string>>): readonly ShippedQuery[] {
  const folder = new URL('resources/specific-queries/', packageRoot());
  return Object.entries(files).map(([alias, file]) => ({
    alias,
    file,
    sql: onOneLine(readFileSync(new URL(file, folder), 'utf8')),
  }));
}

/** A query with all white space as one blank: texts that differ in nothing else are the same query. */
export function onOneLine(sql: string): string {
  return sql.trim().replaceAll(/\s+/g, ' ');
}

/** From `dist/` as from the sources. */
function packageRoot(): URL {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) folder = new URL('..', folder);
  return folder;
}
