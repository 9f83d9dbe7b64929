import type { Connection } from './connection.ts';
import { type Json, type JsonMap, dump, isMap } from './dump.ts';
import { CONNECTION_LOST_TEXT, Crash, Failure, HEADER_READ, INVALID_ARGUMENT, SQL_ERROR } from './failures.ts';
import { logError } from './output.ts';
import { shuffled } from './order.ts';

const CHUNK_ROWS = 10;
/** Beyond the array that has place for 10, and what happens to lie behind it. */
const CRASHING_ARGUMENTS = 16;
const FIND_BY_ALIAS = 'SELECT alias, sqlStr FROM R_SPECIFIC_QUERY WHERE alias = ?';
const LIST_ALL = 'SELECT alias, sqlStr FROM R_SPECIFIC_QUERY';
const BUILT_IN: Readonly<Record<string, string>> = { findQueryByAlias: FIND_BY_ALIAS, ls: LIST_ALL };

/** Answers one query: the pieces of an array with all rows, as nothing is printed before the last one came. */
export function answerSpecificQuery(connection: Connection, input: JsonMap, zone: string | undefined): string[] {
  const { specific } = input;
  const sql = isMap(specific) ? (specific['sql'] ?? specific['s']) : undefined;
  if (!isMap(specific) || typeof sql !== 'string') throw new Crash('SIGSEGV', 'no query to take labels from');
  const query = findQuery(connection, sql, zone);
  const rows = runQuery(connection, inZone(connection, query, zone), bindable(specific['args'] ?? specific['?']));
  const labels = labelsOf(query);
  if (connection.columns(query) > labels.length) throw new Crash('SIGSEGV', 'more columns than labels');
  loseConnection(connection, rows.length);
  return pieces(rows, labels);
}

function findQuery(connection: Connection, sql: string, zone: string | undefined): string {
  const home = connection.setting('zone') ?? '';
  const asked = zone ?? home;
  if (asked === '') throw new Failure(INVALID_ARGUMENT, 'zone: an empty string');
  const exact = /^\s*select\s/i.test(sql) ? sql : undefined;
  // The labels are looked up in the home zone, whatever zone is asked.
  const labelled = exact ?? BUILT_IN[sql] ?? installed(connection, sql, home);
  if (connection.rows('SELECT 1 FROM R_ZONE_MAIN WHERE zone_name = ?', asked).length === 0)
    throw fetchFailure(-26000, 'SYS_INVALID_ZONE_NAME');
  const run = exact ?? BUILT_IN[sql] ?? installed(connection, sql, asked);
  if (labelled === undefined) {
    logError(`Query for specific alias '${sql}' returned no results`);
    logError(`Could not find SQL for specific alias: '${sql}'`);
    logError(`Failed to prepare labels for specific query: '${sql}'`);
  }
  if (run === undefined) throw fetchFailure(-853000, 'CAT_UNKNOWN_SPECIFIC_QUERY');
  if (labelled === undefined) throw new Crash('SIGSEGV', 'the alias is unknown in the home zone');
  return run;
}

/** Each zone has queries of its own; the table here holds those of all. */
function inZone(connection: Connection, sql: string, zone: string | undefined): string {
  const asked = (zone ?? connection.setting('zone') ?? '').replaceAll("'", "''");
  return sql.replace('R_SPECIFIC_QUERY', `(SELECT * FROM R_SPECIFIC_QUERY WHERE zone_name = '${asked}')`);
}

function installed(connection: Connection, alias: string, zone: string): string | undefined {
  const [row] = connection.rows('SELECT sqlStr FROM R_SPECIFIC_QUERY WHERE alias = ? AND zone_name = ?', alias, zone);
  return row === undefined ? undefined : String(row[0]);
}

/** Strings up to the first that is none; the server stops at the first empty one. */
function bindable(args: Json | undefined): string[] {
  const bound: string[] = [];
  if (!Array.isArray(args)) return bound;
  if (args.length >= CRASHING_ARGUMENTS) throw new Crash('SIGSEGV', 'too many arguments');
  for (const argument of args) {
    if (typeof argument !== 'string' || argument === '') break;
    bound.push(argument);
  }
  return bound;
}

function runQuery(connection: Connection, sql: string, args: readonly string[]): (string | number | null)[][] {
  if (args.length !== [...sql.matchAll(/\?/g)].length) throw fetchFailure(SQL_ERROR, 'CAT_SQL_ERR');
  try {
    return shuffled(connection, connection.rows(sql, ...args));
  } catch {
    throw fetchFailure(SQL_ERROR, 'CAT_SQL_ERR');
  }
}

/** Lost before the first rows: an error. Lost later: memory is freed twice. */
function loseConnection(connection: Connection, rowCount: number): void {
  const chunk = connection.fault('lost-in-chunk');
  if (chunk === undefined || chunk > Math.floor(rowCount / CHUNK_ROWS)) return;
  const text = `Failed to fetch query result: in chunk ${chunk} error ${CONNECTION_LOST_TEXT} `;
  if (chunk === 0) throw new Failure(HEADER_READ, text);
  logError(text);
  throw new Crash('SIGABRT', 'free(): double free detected in tcache 2');
}

/** The names of the columns, out of the text: of the last select list, cut at every comma. */
function labelsOf(sql: string): string[] {
  const [, list] = /^.*\bselect\s+(?:(?:distinct|all)\s+)?(.*?)\s+from\b/is.exec(sql) ?? [];
  if (list === undefined) throw new Crash('SIGSEGV', 'no select list');
  return list.split(',').map((column) => /^.*\sas\s+(.*)$/is.exec(column.trim())?.[1]?.trim() ?? column.trim());
}

function pieces(rows: readonly (string | number | null)[][], labels: readonly string[]): string[] {
  const texts = rows.map((row, index) => (index === 0 ? '' : ', ') + dump(rowObject(row, labels)));
  return ['[', ...texts, ']'];
}

/** What is NULL or empty is left out; everything is a string. */
function rowObject(row: readonly (string | number | null)[], labels: readonly string[]): JsonMap {
  const present = row.flatMap((value, index): [string, string][] =>
    value === null || value === '' ? [] : [[labels[index] ?? '', String(value)]],
  );
  return Object.fromEntries(present);
}

function fetchFailure(code: number, name: string): Failure {
  const text = `Failed to fetch query result: in chunk 0 error ${code} ${name} `;
  logError(text);
  return new Failure(code, text);
}
