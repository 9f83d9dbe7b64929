import type { CatalogueSession, Installed } from './catalogue-session.ts';
import { said } from './say.ts';

const NOTHING_FOUND = 1;
const FAILED = 4;

/** Does what `iquest --sql` does, for the queries about queries that every catalogue has. */
export function iquest(session: CatalogueSession, args: readonly string[]): number {
  const [query = '', argument] = args.filter((arg) => !arg.startsWith('--'));
  if (query === 'ls') return print(session.queries());
  if (query === 'findQueryByAlias' && argument !== undefined) return print(session.queries(argument));
  said('ERROR', 'iquest Error: specificQuery (sql-query) failed status = -853000 CAT_UNKNOWN_SPECIFIC_QUERY');
  return FAILED;
}

function print(found: readonly Installed[]): number {
  if (found.length === 0) {
    process.stdout.write('CAT_NO_ROWS_FOUND: Nothing was found matching your query\n');
    return NOTHING_FOUND;
  }
  process.stdout.write(found.map(({ alias, sql }) => `${alias}\n${sql}\n`).join('----\n'));
  return 0;
}
