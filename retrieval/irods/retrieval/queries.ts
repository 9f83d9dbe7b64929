import { createHash } from 'node:crypto';
import type { DataRow, MetadataRow } from '../catalogue-rows.ts';
import type { RowsOptions, TimeWindow } from '../specific-queries.ts';

/** The questions that a retrieval asks the catalogue. Each has a cursor of its own. */
export const QUERIES = ['data', 'metadata'] as const;
export type Query = (typeof QUERIES)[number];

/** Something for each of the queries. */
export type PerQuery<T> = Readonly<Record<Query, T>>;

/** A row of either query. */
export type CatalogueRow = DataRow | MetadataRow;

/** What a retrieval needs of the catalogue. */
export interface CatalogueQueries {
  dataModified(window: TimeWindow, options?: RowsOptions): AsyncIterable<DataRow>;
  metadataModified(window: TimeWindow, options?: RowsOptions): AsyncIterable<MetadataRow>;
}

/** Asks one of the queries. */
export function askCatalogue(
  catalogue: CatalogueQueries,
  query: Query,
  window: TimeWindow,
  options: RowsOptions,
): AsyncIterable<CatalogueRow> {
  return query === 'data' ? catalogue.dataModified(window, options) : catalogue.metadataModified(window, options);
}

/** 96 bits of a hash. */
const KEY_CHARACTERS = 16;

/**
 * Tells a row from all others of its second. By everything it says: a replica that was finished, or an object that was
 * renamed, within the second is news.
 */
export function rowKey(row: CatalogueRow): string {
  const said =
    'replica' in row
      ? [row.path, row.dataId, row.replica, row.checksum, row.upToDate]
      : [row.path, row.dataId, row.metaId, row.attribute, row.value, row.units];
  return createHash('sha256').update(JSON.stringify(said)).digest('base64url').slice(0, KEY_CHARACTERS);
}
