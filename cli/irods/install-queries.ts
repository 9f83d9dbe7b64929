import { type InstalledQuery, installableQueries, type ShippedQuery } from '../../retrieval/irods/shipped-queries.ts';
import { IcommandFailedError, OtherQueriesInstalledError } from './errors.ts';
import { addQuery, installLine, readQuery, removeQuery } from './icommands.ts';

/** What became of a query. */
export interface Installation {
  readonly alias: string;
  readonly outcome: 'installed' | 'replaced' | 'was there already';
}

interface Plan {
  readonly query: ShippedQuery;
  /** What is under its alias now. */
  readonly found: string | undefined;
}

/**
 * Brings the shipped queries into the catalogue that the icommands are connected to. What is there already is left, so
 * it may be done again and again; other SQL under one of the aliases stays, and then nothing is changed, unless
 * `replace` is set.
 * @throws ProgramMissingError, IcommandFailedError, OtherQueriesInstalledError
 */
export async function* installQueries({ replace }: { readonly replace: boolean }): AsyncGenerator<Installation, void> {
  const plans: Plan[] = [];
  for (const query of installableQueries()) plans.push({ query, found: await readQuery(query.alias) });
  const others = plans.flatMap(({ query: { alias, sql }, found }) =>
    found === undefined || found === sql ? [] : [{ alias, sql: found }],
  );
  if (others.length > 0 && !replace) throw new OtherQueriesInstalledError(others);
  for (const { query, found } of plans) yield { alias: query.alias, outcome: await bring(query, found) };
}

async function bring(query: ShippedQuery, found: string | undefined): Promise<Installation['outcome']> {
  if (found === query.sql) return 'was there already';
  if (found === undefined) {
    await add(query);
    return 'installed';
  }
  await removeQuery(query.alias);
  try {
    await add(query);
  } catch (cause) {
    throw withWayBack({ alias: query.alias, sql: found }, cause);
  }
  return 'replaced';
}

/** Adds a query, and looks whether all of it has come. */
async function add(query: ShippedQuery): Promise<void> {
  await addQuery(query);
  const stored = await readQuery(query.alias);
  if (stored === query.sql) return;
  throw new IcommandFailedError(`${query.alias}: iRODS has stored ${stored ?? 'nothing'}; allowed: ${query.sql}`);
}

/** iRODS cannot replace a query in one step. */
function withWayBack(before: InstalledQuery, cause: unknown): IcommandFailedError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const text = `${reason}\n${before.alias} was removed already. What was there comes back by:\n${installLine(before)}`;
  return new IcommandFailedError(text, { cause });
}
