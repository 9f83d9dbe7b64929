import type { CheckedEnvironment } from './environment.ts';
import type { ConfigProblem } from './errors.ts';

/** Where the jar's CouchDB is. */
export interface CouchdbSettings {
  /** Without credentials; absent where the embedded jar is to be used. */
  readonly url?: string;
  readonly user?: string;
  readonly password?: string;
  readonly database: string;
}

/** Takes the address apart; variables of their own win over credentials in the address. */
export function couchdbSettings(env: CheckedEnvironment): { value: CouchdbSettings; problems: ConfigProblem[] } {
  const { url, ...inUrl } = splitUrl(env.COUCHDB_URL);
  const user = env.COUCHDB_USER ?? inUrl.user;
  const password = env.COUCHDB_PASSWORD ?? inUrl.password;
  const value = {
    ...(url === undefined ? {} : { url }),
    ...(user === undefined || password === undefined ? {} : { user, password }),
    database: env.COUCHDB_DATABASE,
  };
  return { value, problems: halfCredentials(user, password) };
}

function halfCredentials(user: string | undefined, password: string | undefined): ConfigProblem[] {
  if ((user === undefined) === (password === undefined)) return [];
  const path = user === undefined ? 'COUCHDB_USER' : 'COUCHDB_PASSWORD';
  return [{ file: 'environment', path, found: 'nothing', allowed: 'COUCHDB_USER and COUCHDB_PASSWORD together' }];
}

function splitUrl(text: string | undefined): { url?: string; user?: string; password?: string } {
  if (text === undefined) return {};
  const url = new URL(text);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  return {
    url: url.href.replace(/\/$/, ''),
    ...(username === '' ? {} : { user: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
}
