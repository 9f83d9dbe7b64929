import type { CatalogueSession } from './catalogue-session.ts';
import { said, stacked } from './say.ts';

const FAILED = 4;
const NO_ADMIN = 6;
/** What the catalogue's table holds. */
const LONGEST_SQL = 2700;
const SHORTEST_SQL = 5;

/** Does what `iadmin asq` and `iadmin rsq` do, with the exit codes of 4.3. */
export function iadmin(session: CatalogueSession, [command = '', first = '', second = '']: readonly string[]): number {
  if (!session.isAdmin) {
    said('ERROR', 'Operation requires rodsadmin level privileges. status = -830000 CAT_INSUFFICIENT_PRIVILEGE_LEVEL');
    return NO_ADMIN;
  }
  if (command === 'asq') return asq(session, first, second);
  if (command === 'rsq') return rsq(session, first);
  process.stdout.write('unrecognized command, try "help"\n');
  return FAILED;
}

function asq(session: CatalogueSession, sql: string, alias: string): number {
  const code = session.failure;
  if (code !== undefined) return failed(code, 'AS_ASKED_FOR');
  if (sql.length < SHORTEST_SQL) return failed(-816_000, 'CAT_INVALID_ARGUMENT');
  if (session.queries(alias).length > 0) {
    const exitCode = failed(-816_000, 'CAT_INVALID_ARGUMENT');
    stacked('Alias is not unique');
    return exitCode;
  }
  if (sql.length > LONGEST_SQL) return failed(-806_000, 'CAT_SQL_ERR');
  session.add({ alias, sql });
  return 0;
}

/** Where nothing was removed, it fails without a word. */
function rsq(session: CatalogueSession, sqlOrAlias: string): number {
  return session.remove(sqlOrAlias) > 0 ? 0 : FAILED;
}

function failed(code: number, name: string): number {
  said('ERROR', `rcGeneralAdmin failed with error ${code} ${name} `);
  return FAILED;
}
