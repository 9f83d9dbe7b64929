import { CatalogueSession } from './catalogue-session.ts';
import { iadmin } from './iadmin.ts';
import { iquest } from './iquest.ts';
import { said } from './say.ts';

const [folder = '', program = '', ...args] = process.argv.slice(2);
const UNREACHABLE = 2;

process.exitCode = run();

function run(): number {
  const session = CatalogueSession.open(folder, program);
  if (session === undefined) {
    said('ERROR', 'rcConnect failure USER_SOCK_CONNECT_ERR (Connection refused) (-305111)');
    return UNREACHABLE;
  }
  return program === 'iadmin' ? iadmin(session, args) : iquest(session, args);
}
