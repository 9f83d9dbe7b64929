import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CheckedEnvironment } from './environment.ts';
import type { ConfigProblem } from './errors.ts';

/** Where the jar's CouchDB is. */
export interface CouchdbSettings {
  /** Without credentials; absent where the embedded jar is to be used. */
  readonly url?: string;
  readonly user?: string;
  readonly password?: string;
  /** Certificates as PEM that alone may vouch for an https server. */
  readonly ca?: string;
  readonly database: string;
}

const PEM = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----/;

/** Takes the address apart; variables of their own win over credentials in the address. */
export function couchdbSettings(
  env: CheckedEnvironment,
  cwd: string,
): { value: CouchdbSettings; problems: ConfigProblem[] } {
  const { url, ...inUrl } = splitUrl(env.COUCHDB_URL);
  const user = env.COUCHDB_USER ?? inUrl.user;
  const password = env.COUCHDB_PASSWORD ?? inUrl.password;
  const ca = env.COUCHDB_CA === undefined ? { problems: [] } : readCertificates(resolve(cwd, env.COUCHDB_CA));
  const value = {
    ...(url === undefined ? {} : { url }),
    ...(user === undefined || password === undefined ? {} : { user, password }),
    ...(ca.text === undefined ? {} : { ca: ca.text }),
    database: env.COUCHDB_DATABASE,
  };
  return { value, problems: [...halfCredentials(user, password), ...ca.problems] };
}

function readCertificates(path: string): { text?: string; problems: ConfigProblem[] } {
  const problem = { file: 'environment', path: 'COUCHDB_CA', allowed: 'a file of certificates as PEM' };
  try {
    const text = readFileSync(path, 'utf8');
    if (PEM.test(text)) return { text, problems: [] };
    return { problems: [{ ...problem, found: `${path}, which has no -----BEGIN CERTIFICATE-----` }] };
  } catch {
    return { problems: [{ ...problem, found: `${path}, which cannot be read` }] };
  }
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
