import { posix } from 'node:path';
import { z } from 'zod';
import type { Catalogue } from '../../../test/support/irods/catalogue.ts';
import { openCatalogueFile } from '../../../test/support/irods/catalogue-file.ts';

/** A replica as the catalogue has it. */
export interface ZoneReplica {
  readonly checksum: string | null;
  readonly good: boolean;
  /** Epoch seconds. */
  readonly modified: number;
}

/** An object as the catalogue has it. */
export interface ZoneObject {
  readonly dataId: string;
  readonly replicas: Map<number, ZoneReplica>;
  readonly avus: { readonly attribute: string; readonly value: string; readonly modified: number }[];
}

const GOOD = 1;
const REPLICAS = `SELECT c.coll_name, d.data_name, d.data_id, d.data_repl_num, d.data_checksum, d.data_is_dirty, d.modify_ts
  FROM R_DATA_MAIN d JOIN R_COLL_MAIN c ON c.coll_id = d.coll_id`;
const AVUS = `SELECT p.object_id, m.meta_attr_name, m.meta_attr_value, p.modify_ts
  FROM R_OBJT_METAMAP p JOIN R_META_MAIN m ON m.meta_id = p.meta_id`;

const id = z.number().transform(String);
const replicaRows = z.array(
  z.tuple([z.string(), z.string(), id, z.number(), z.string().nullable(), z.number(), z.string()]),
);
const avuRows = z.array(z.tuple([id, z.string(), z.string(), z.string()]));

/** Everything in a zone by path, the trash too, read past baton and past the specific queries. */
export function readZone({ folder }: Catalogue): ReadonlyMap<string, ZoneObject> {
  const database = openCatalogueFile(folder);
  const rows = (sql: string): unknown[] => database.prepare(sql).raw().all();
  try {
    return zoneOf(replicaRows.parse(rows(REPLICAS)), avuRows.parse(rows(AVUS)));
  } finally {
    database.close();
  }
}

function zoneOf(
  replicas: z.output<typeof replicaRows>,
  avus: z.output<typeof avuRows>,
): ReadonlyMap<string, ZoneObject> {
  const byPath = new Map<string, ZoneObject>();
  const byId = new Map<string, ZoneObject>();
  for (const [collection, name, dataId, number, checksum, status, stamp] of replicas) {
    const object = byId.get(dataId) ?? { dataId, replicas: new Map<number, ZoneReplica>(), avus: [] };
    object.replicas.set(number, { checksum, good: status === GOOD, modified: Number(stamp) });
    byId.set(dataId, object);
    byPath.set(posix.join(collection, name), object);
  }
  for (const [dataId, attribute, value, stamp] of avus)
    byId.get(dataId)?.avus.push({ attribute, value, modified: Number(stamp) });
  return byPath;
}

/** Whether a path lies in the trash of its zone. */
export function isTrash(path: string): boolean {
  return /^\/[^/]+\/trash\//.test(path);
}
