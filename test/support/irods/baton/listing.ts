import { posix } from 'node:path';
import type { Connection } from './connection.ts';
import type { Json, JsonMap } from './dump.ts';
import { BATON, CONNECTION_LOST_TEXT, Crash, Failure, HEADER_READ, INVALID_ARGUMENT, MISSING } from './failures.ts';
import { shuffled } from './order.ts';

/** What a listing is to hold beside the path. */
export type Decorations = ReadonlySet<string>;

/** An existing object or collection. */
interface Target {
  readonly id: number;
  readonly collection: string;
  readonly object?: string;
}

/** Answers one listing. */
export function list(connection: Connection, target: JsonMap, wanted: Decorations, unsafe: boolean): JsonMap {
  const found = locate(connection, target, unsafe);
  return { ...decorate(connection, found, wanted), ...contentsOf(connection, found, wanted) };
}

/** The path that an input names, made absolute for messages. */
export function pathOf(target: JsonMap): string {
  const collection = target['collection'] ?? target['coll'];
  const object = target['data_object'] ?? target['obj'];
  if (typeof collection !== 'string') throw new Crash('SIGABRT', 'free(): invalid pointer');
  const trimmed = collection.length > 1 ? collection.replace(/\/+$/, '') : collection;
  return typeof object === 'string' ? `${trimmed}/${object}` : trimmed;
}

/** Finds what an input names. */
export function locate(connection: Connection, target: JsonMap, unsafe: boolean): Target {
  const path = pathOf(target);
  if (!path.startsWith('/') && !unsafe)
    throw new Failure(BATON, `Found relative path '${path}': only absolute paths are allowed`);
  const [collection] = connection.rows('SELECT coll_id FROM R_COLL_MAIN WHERE coll_name = ?', path);
  if (collection !== undefined) return { id: Number(collection[0]), collection: path };
  const [object] = connection.rows(
    'SELECT d.data_id FROM R_DATA_MAIN d JOIN R_COLL_MAIN c ON c.coll_id = d.coll_id WHERE c.coll_name = ? AND d.data_name = ?',
    posix.dirname(path),
    posix.basename(path),
  );
  if (object === undefined) throw new Failure(MISSING, `Path '${path}' does not exist (or lacks access permission)`);
  return { id: Number(object[0]), collection: posix.dirname(path), object: posix.basename(path) };
}

/** The failure of a listing on a dead connection. */
export function lostListing(target: JsonMap): Failure {
  return new Failure(HEADER_READ, `Failed to get the type of iRODS path '${pathOf(target)}': ${CONNECTION_LOST_TEXT}`);
}

/** An object or collection with all that is wanted of it. */
export function decorate(connection: Connection, target: Target, wanted: Decorations, queried = false): JsonMap {
  const { id, collection, object } = target;
  const listing: JsonMap = { collection };
  if (object !== undefined)
    Object.assign(listing, { data_object: object, ...replicaFacts(connection, id, wanted, queried) });
  else if (wanted.has('timestamp')) listing['timestamps'] = [];
  if (wanted.has('avu')) listing['avus'] = avusOf(connection, id);
  if (wanted.has('acl')) listing['access'] = accessOf(connection, id);
  return listing;
}

function replicaFacts(connection: Connection, id: number, wanted: Decorations, queried: boolean): JsonMap {
  const facts: JsonMap = {};
  const [good] = connection.rows(
    'SELECT data_size, data_checksum FROM R_DATA_MAIN WHERE data_id = ? AND data_is_dirty = 1 ORDER BY data_repl_num',
    id,
  );
  if (good === undefined && (!queried || wanted.has('checksum')))
    throw new Failure(
      BATON,
      'Expected 1 data object result but found 0. This occurs when the object replicates have different sizes in the iRODS database.',
    );
  // A query gives the size as it came from the catalogue: as text.
  if (wanted.has('size')) facts['size'] = queried ? String(good?.[0]) : Number(good?.[0]);
  if (wanted.has('checksum')) facts['checksum'] = good?.[1] ?? null;
  if (wanted.has('replicate')) facts['replicates'] = replicatesOf(connection, id);
  if (wanted.has('timestamp')) facts['timestamps'] = timestampsOf(connection, id);
  return facts;
}

function replicatesOf(connection: Connection, id: number): Json[] {
  const rows = connection.rows(
    `SELECT d.data_repl_num, d.data_is_dirty, d.data_checksum, r.resc_net, d.resc_name FROM R_DATA_MAIN d
      JOIN R_RESC_MAIN r ON r.resc_name = d.resc_name WHERE d.data_id = ? ORDER BY d.data_repl_num`,
    id,
  );
  return shuffled(connection, rows).map(([number = 0, status = 0, checksum = null, location = '', resource = '']) => {
    if (Number(status) > 1) throw new Failure(INVALID_ARGUMENT, `Invalid replicate status '${status}'`);
    return { number, valid: status === 1, checksum, location, resource };
  });
}

function timestampsOf(connection: Connection, id: number): Json[] {
  const rows = connection.rows(
    'SELECT data_repl_num, create_ts, modify_ts FROM R_DATA_MAIN WHERE data_id = ? ORDER BY data_repl_num',
    id,
  );
  return rows.flatMap(([number = 0, created = '', modified = '']): JsonMap[] => [
    { created: instant(created), replicates: number },
    { modified: instant(modified), replicates: number },
  ]);
}

function instant(seconds: string | number | null): string {
  return new Date(Number(seconds) * 1000).toISOString().replace('.000', '');
}

function avusOf(connection: Connection, id: number): Json[] {
  const rows = connection.rows(
    `SELECT m.meta_attr_name, m.meta_attr_value, m.meta_attr_unit FROM R_OBJT_METAMAP p
      JOIN R_META_MAIN m ON m.meta_id = p.meta_id WHERE p.object_id = ? ORDER BY p.rowid`,
    id,
  );
  return shuffled(connection, rows).map(([attribute = '', value = '', units]) =>
    typeof units === 'string' && units !== '' ? { attribute, value, units } : { attribute, value },
  );
}

function accessOf(connection: Connection, id: number): Json[] {
  const rows = connection.rows('SELECT owner, zone, level FROM R_OBJT_ACCESS WHERE object_id = ? ORDER BY rowid', id);
  return shuffled(connection, rows).map(([owner = '', zone = '', level = '']) => ({ owner, zone, level }));
}

function contentsOf(connection: Connection, { id, collection, object }: Target, wanted: Decorations): JsonMap {
  if (!wanted.has('contents') || object !== undefined) return {};
  const objects = connection.rows('SELECT DISTINCT data_id, data_name FROM R_DATA_MAIN WHERE coll_id = ?', id);
  const below = collection === '/' ? '/' : `${collection}/`;
  const collections = connection.rows(
    `SELECT coll_id, coll_name FROM R_COLL_MAIN
      WHERE substr(coll_name, 1, ?) = ? AND instr(substr(coll_name, ?), '/') = 0 AND coll_name <> '/'`,
    below.length,
    below,
    below.length + 1,
  );
  return {
    contents: [
      ...objects.map(([objectId, name]) =>
        decorate(connection, { id: Number(objectId), collection, object: String(name) }, wanted, true),
      ),
      ...collections.map(([collectionId, name]) =>
        decorate(connection, { id: Number(collectionId), collection: String(name) }, wanted),
      ),
    ],
  };
}
