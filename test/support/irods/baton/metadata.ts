import type { Connection } from './connection.ts';
import { type Json, type JsonMap, isMap } from './dump.ts';
import { BATON, Failure, INVALID_ARGUMENT } from './failures.ts';
import { type Decorations, decorate, locate, pathOf } from './listing.ts';
import { stamp } from '../tables.ts';

const OPERATORS = new Set(['=', 'like', 'not like', '>', '<', '>=', '<=']);

/** Answers one metadata query about data objects. */
export function metaquery(connection: Connection, target: JsonMap, wanted: Decorations): Json[] {
  const { avus } = target;
  if (!Array.isArray(avus)) throw new Failure(INVALID_ARGUMENT, 'Invalid target: avus property is missing');
  const conditions = avus.filter(isMap).map((avu) => ({
    name: textOf(avu['attribute'] ?? avu['a']),
    value: textOf(avu['value'] ?? avu['v']),
    operator: textOf(avu['operator'] ?? avu['o'] ?? '='),
  }));
  const clauses = conditions.map(({ operator }) => {
    if (!OPERATORS.has(operator)) throw new Failure(INVALID_ARGUMENT, `Invalid operator: '${operator}'`);
    return `EXISTS (SELECT 1 FROM R_OBJT_METAMAP p JOIN R_META_MAIN m ON m.meta_id = p.meta_id
      WHERE p.object_id = d.data_id AND m.meta_attr_name = ? AND m.meta_attr_value ${operator} ?)`;
  });
  const rows = connection.rows(
    `SELECT DISTINCT d.data_id, c.coll_name, d.data_name FROM R_DATA_MAIN d JOIN R_COLL_MAIN c ON c.coll_id = d.coll_id
      WHERE ${['1', ...clauses].join(' AND ')}`,
    ...conditions.flatMap(({ name, value }) => [name, value]),
  );
  return rows.map(([id, collection, object]) =>
    decorate(connection, { id: Number(id), collection: String(collection), object: String(object) }, wanted, true),
  );
}

/** Adds or removes AVUs, one after the other: those before a failing one stay. */
export function metamod(connection: Connection, target: JsonMap, operation: string | undefined): JsonMap {
  if (operation !== 'add' && operation !== 'rem') throw new Failure(BATON, 'No metadata operation was specified');
  const { id } = locate(connection, target, false);
  for (const avu of Array.isArray(target['avus']) ? target['avus'] : []) {
    if (!isMap(avu)) continue;
    const attribute = avu['attribute'] ?? avu['a'];
    const value = avu['value'] ?? avu['v'];
    if (typeof attribute !== 'string' || typeof value !== 'string' || attribute === '' || value === '')
      throw new Failure(INVALID_ARGUMENT, 'Invalid AVU: a non-empty attribute and value are needed');
    change(connection, { id, path: pathOf(target), operation, attribute, value });
  }
  return target;
}

interface Change {
  readonly id: number;
  readonly path: string;
  readonly operation: 'add' | 'rem';
  readonly attribute: string;
  readonly value: string;
}

function change(connection: Connection, { id, path, operation, attribute, value }: Change): void {
  const [own] = connection.rows(
    `SELECT m.meta_id FROM R_OBJT_METAMAP p JOIN R_META_MAIN m ON m.meta_id = p.meta_id
      WHERE p.object_id = ? AND m.meta_attr_name = ? AND m.meta_attr_value = ?`,
    id,
    attribute,
    value,
  );
  const about = `metadata '${attribute}' -> '${value}' on '${path}': error`;
  if (operation === 'rem') {
    if (own === undefined) throw new Failure(-819000, `Failed to remove ${about} -819000 CAT_SUCCESS_BUT_WITH_NO_INFO`);
    connection.run('DELETE FROM R_OBJT_METAMAP WHERE object_id = ? AND meta_id = ?', id, own[0] ?? null);
    return;
  }
  if (own !== undefined)
    throw new Failure(-809000, `Failed to add ${about} -809000 CATALOG_ALREADY_HAS_ITEM_BY_THAT_NAME`);
  const now = stamp(Math.floor(Date.now() / 1000));
  connection.run('INSERT INTO R_META_MAIN VALUES (NULL, ?, ?, NULL, ?, ?)', attribute, value, now, now);
  connection.run('INSERT INTO R_OBJT_METAMAP VALUES (?, last_insert_rowid(), ?, ?)', id, now, now);
}

function textOf(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  throw new Failure(INVALID_ARGUMENT, 'Invalid AVU: a property is not a string');
}
