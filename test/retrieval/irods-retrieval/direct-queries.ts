import type Database from 'libsql';
import {
  type DataRow,
  type MetadataRow,
  readDataRow,
  readMetadataRow,
} from '../../../retrieval/irods/catalogue-rows.ts';
import type { CatalogueQueries } from '../../../retrieval/irods/retrieval/queries.ts';
import { shippedQueries } from '../../../retrieval/irods/shipped-queries.ts';
import type { TimeWindow } from '../../../retrieval/irods/specific-queries.ts';
import { openCatalogueFile } from '../../support/irods/catalogue-file.ts';

/** Runs the shipped queries in the test's own process, for tests that ask thousands of times. Rows come in any order. */
export class DirectQueries implements CatalogueQueries {
  /** The windows asked for, with the query's alias. */
  readonly asked: (TimeWindow & { readonly alias: string })[] = [];
  /** Called before a query is answered; throws what the query shall fail with. */
  before: (alias: string, window: TimeWindow) => Promise<void> | void = () => {};
  readonly #database: Database.Database;
  readonly #texts = new Map(shippedQueries().map(({ alias, sql }) => [alias, sql]));

  constructor(folder: string) {
    this.#database = openCatalogueFile(folder);
  }

  async *dataModified(window: TimeWindow): AsyncGenerator<DataRow> {
    for (const row of await this.#ask('dataModifiedPartial', window)) yield present(readDataRow(row));
  }

  async *metadataModified(window: TimeWindow): AsyncGenerator<MetadataRow> {
    for (const row of await this.#ask('metadataModifiedPartial', window)) yield present(readMetadataRow(row));
  }

  close(): void {
    this.#database.close();
  }

  async #ask(alias: string, window: TimeWindow): Promise<object[]> {
    this.asked.push({ alias, ...window });
    await this.before(alias, window);
    const rows = this.#database
      .prepare(this.#texts.get(alias) ?? '')
      .all(String(window.after), String(window.upTo)) as Record<string, unknown>[];
    return rows.map(asBatonGivesIt).toSorted(() => Math.random() - 0.5);
  }
}

/** What is empty is left out; everything is a text. */
function asBatonGivesIt(row: Readonly<Record<string, unknown>>): object {
  const columns = Object.entries(row).filter(([, value]) => value !== null && value !== '');
  return Object.fromEntries(columns.map(([name, value]) => [name, String(value)]));
}

function present<T>(row: T | undefined): T {
  if (row === undefined) throw new Error('the catalogue has a row that makes no sense');
  return row;
}
