import { z } from 'zod';

/** One replica of a data object, as the catalogue has it. */
export interface DataRow {
  /** Absolute iRODS path. */
  readonly path: string;
  /** What identifies the object when its path changes. */
  readonly dataId: string;
  readonly replica: number;
  readonly checksum: string | null;
  /** Whether it is good: neither stale nor being written. */
  readonly upToDate: boolean;
  /** When it was modified, in epoch seconds. */
  readonly modified: number;
}

/** One AVU of a data object, as the catalogue has it. */
export interface MetadataRow {
  /** Absolute iRODS path. */
  readonly path: string;
  readonly dataId: string;
  readonly metaId: string;
  readonly attribute: string;
  readonly value: string;
  readonly units: string | null;
  /** When it was put on the object, in epoch seconds. */
  readonly modified: number;
}

/** Zero-padded or not, always decimal; eleven digits last until the year 5138. */
const wholeSchema = z
  .string()
  .regex(/^0*\d{1,11}$/)
  .transform(Number);

const pathColumns = {
  coll_name: z.string().startsWith('/'),
  data_name: z.string().min(1),
  data_id: z.string().min(1),
};

/** What is empty in the catalogue is absent here. */
const dataRowSchema = z.object({
  ...pathColumns,
  data_repl_num: wholeSchema,
  data_checksum: z.string().optional(),
  data_modify_ts: wholeSchema,
  data_repl_status: z.string(),
});

const metadataRowSchema = z.object({
  ...pathColumns,
  meta_id: z.string().min(1),
  meta_attr_name: z.string().min(1),
  meta_attr_value: z.string().default(''),
  meta_attr_unit: z.string().optional(),
  meta_modify_ts: wholeSchema,
});

const GOOD = '1';

/** A row of `dataModifiedPartial`; undefined if it does not make sense. */
export function readDataRow(row: unknown): DataRow | undefined {
  const { data } = dataRowSchema.safeParse(row);
  if (data === undefined) return undefined;
  return {
    path: join(data),
    dataId: data.data_id,
    replica: data.data_repl_num,
    checksum: data.data_checksum ?? null,
    upToDate: data.data_repl_status === GOOD,
    modified: data.data_modify_ts,
  };
}

/** A row of `metadataModifiedPartial`; undefined if it does not make sense. */
export function readMetadataRow(row: unknown): MetadataRow | undefined {
  const { data } = metadataRowSchema.safeParse(row);
  if (data === undefined) return undefined;
  return {
    path: join(data),
    dataId: data.data_id,
    metaId: data.meta_id,
    attribute: data.meta_attr_name,
    value: data.meta_attr_value,
    units: data.meta_attr_unit ?? null,
    modified: data.meta_modify_ts,
  };
}

function join({ coll_name: collection, data_name: name }: { readonly coll_name: string; readonly data_name: string }) {
  return collection === '/' ? `/${name}` : `${collection}/${name}`;
}
