import { type InstalledQuery, onOneLine } from '../../retrieval/irods/shipped-queries.ts';
import { IcommandFailedError } from './errors.ts';
import { type Ran, runProgram } from './run-program.ts';
import { shellWord } from './shell-word.ts';

const HINT =
  "run this where iRODS's icommands are on the PATH, or paste there what `cookie-monster irods queries` prints";
/** What iadmin, and the server, say to those who are no rodsadmin. */
const NOT_PERMITTED = /-830000|-13000\b|CAT_INSUFFICIENT_PRIVILEGE_LEVEL|SYS_NO_API_PRIV/;
const NO_ROWS = /^CAT_NO_ROWS_FOUND/m;
/** Exit codes of icommands that never came to the question. */
const NOT_CONNECTED = new Set([1, 2, 3]);

/** The line of `sh` that installs a query. */
export function installLine({ alias, sql }: InstalledQuery): string {
  return `iadmin asq ${shellWord(sql)} ${shellWord(alias)}`;
}

/**
 * The text under an alias, on one line; undefined if there is none.
 * @throws ProgramMissingError, IcommandFailedError
 */
export async function readQuery(alias: string): Promise<string | undefined> {
  // iadmin itself cannot list them.
  const args = ['--no-page', '--sql', 'findQueryByAlias', alias];
  const ran = await runProgram('iquest', args, HINT);
  if (ran.code === 1 && NO_ROWS.test(ran.stdout)) return undefined;
  if (ran.code !== 0) throw failed(`iquest ${args.join(' ')}`, ran);
  const [, ...lines] = ran.stdout.split('\n');
  return onOneLine(lines.join('\n'));
}

/**
 * Adds a query, whose alias must be new.
 * @throws ProgramMissingError, IcommandFailedError
 */
export async function addQuery({ alias, sql }: InstalledQuery): Promise<void> {
  const ran = await runProgram('iadmin', ['asq', sql, alias], HINT);
  if (ran.code !== 0) throw failed(`iadmin asq … ${alias}`, ran);
}

/**
 * Removes the query under an alias.
 * @throws ProgramMissingError, IcommandFailedError
 */
export async function removeQuery(alias: string): Promise<void> {
  const ran = await runProgram('iadmin', ['rsq', alias], HINT);
  if (ran.code !== 0) throw failed(`iadmin rsq ${alias}`, ran);
}

function failed(command: string, { code, said }: Ran): IcommandFailedError {
  const ended = code === null ? 'did not end and was killed' : `failed (exit code ${code})`;
  return new IcommandFailedError(`${command} ${ended}${advice(code, said)}${said === '' ? '' : `. It said:\n${said}`}`);
}

function advice(code: number | null, said: string): string {
  if (NOT_PERMITTED.test(said)) return '; allowed: a user of type rodsadmin in the zone whose catalogue is asked';
  if (code !== null && NOT_CONNECTED.has(code)) return '; allowed: a server that answers, and a login (`iinit`)';
  return '';
}
