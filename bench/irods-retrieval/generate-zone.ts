import { openCatalogueFile } from '../../test/support/irods/catalogue-file.ts';
import { Catalogue } from '../../test/support/irods/catalogue.ts';

/** What a generated zone has. */
export interface GeneratedZone {
  /** Rows that the two queries have for it. */
  readonly rows: number;
  readonly objects: number;
  /** ISO instant before all of them. */
  readonly since: string;
}

const REPLICAS = 2;
const AVUS = 4;
/** An AVU comes in a row for each replica. */
const ROWS_PER_OBJECT = REPLICAS + AVUS * REPLICAS;
const DAYS = 90;
/** A tenth of all objects come within one hour, as when a project is moved into the zone. */
const BURST_SECONDS = 3600;

/** Fills a new catalogue with sequencing runs of 96 objects, spread over 90 days that lie behind. */
export function generateZone(folder: string, rows: number): GeneratedZone {
  Catalogue.create(folder).close();
  const objects = Math.max(1, Math.round(rows / ROWS_PER_OBJECT));
  const begin = Math.floor(Date.now() / 1000) - (DAYS + 1) * 86_400;
  const database = openCatalogueFile(folder);
  database.exec(`
    CREATE TEMP TABLE made AS
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${objects})
    SELECT i, 1000000 + i AS id, 10000 + i / 96 AS run, printf('%011d', ${begin} + CASE i % 10
      WHEN 0 THEN ${40 * 86_400} + (i / 10) * ${BURST_SECONDS} / ${Math.ceil(objects / 10)}
      ELSE CAST(i AS INTEGER) * ${DAYS * 86_400} / ${objects} END) AS ts FROM n;
    INSERT INTO R_COLL_MAIN SELECT DISTINCT 500000 + run, '/seq/' || run FROM made;
    INSERT INTO R_DATA_MAIN SELECT id, 500000 + run, printf('%d_%d#%d.cram', run, 1 + i % 8, i % 96), r.number, 3294829310,
      'red-' || r.number, 1, printf('%032x', id * 2654435761), ts, ts
      FROM made JOIN (SELECT 0 AS number UNION ALL SELECT 1) r;
    INSERT INTO R_META_MAIN VALUES (1, 'type', 'cram', NULL, '0', '0'), (2, 'target', 'library', NULL, '0', '0');
    INSERT INTO R_META_MAIN SELECT 10000000 + id, 'md5', printf('%032x', id * 2654435761), NULL, ts, ts FROM made;
    INSERT INTO R_META_MAIN SELECT 20000000 + id, 'sample', 'INT_3765_' || i, NULL, ts, ts FROM made;
    INSERT INTO R_OBJT_METAMAP SELECT id, 1, ts, ts FROM made;
    INSERT INTO R_OBJT_METAMAP SELECT id, 2, ts, ts FROM made;
    INSERT INTO R_OBJT_METAMAP SELECT id, 10000000 + id, ts, ts FROM made;
    INSERT INTO R_OBJT_METAMAP SELECT id, 20000000 + id, ts, ts FROM made;
    DROP TABLE made;`);
  database.close();
  return { rows: objects * ROWS_PER_OBJECT, objects, since: new Date((begin - 1) * 1000).toISOString() };
}
