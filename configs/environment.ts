import { z } from 'zod';
import { tokenText } from './api-token-text.ts';
import { type Checked, check } from './problems.ts';

/** Environment variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const DATABASE_NAME = 'a CouchDB database name: lower-case letters, digits and _ $ ( ) + / -, beginning with a letter';
const text = z.string().optional();

const environmentSchema = z.object({
  COOKIE_MONSTER_HOME: z.string().default('.cookie-monster'),
  COOKIE_MONSTER_CONFIG: text,
  COOKIE_MONSTER_RULES: text,
  COOKIE_MONSTER_WORKERS: text,
  COUCHDB_URL: couchUrl().optional(),
  COUCHDB_USER: text,
  COUCHDB_PASSWORD: text,
  COUCHDB_CA: text,
  COUCHDB_DATABASE: z
    .string()
    .regex(/^[a-z][a-z0-9_$()+/-]*$/, DATABASE_NAME)
    .default('cookie-monster'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port().prefault('5000'),
  COOKIE_MONSTER_TEMPORAL_PORT: port().prefault('7233'),
  COOKIE_MONSTER_TEMPORAL_UI_PORT: port().prefault('8233'),
  COOKIE_MONSTER_JAR_PORT: port().prefault('5984'),
  COOKIE_MONSTER_API_TOKEN: tokenText().optional(),
  BATON_BIN_DIR: text,
  TEMPORAL_CLI: text,
  PATH: z.string().default(''),
});

/** The variables that mean something here, checked, with their defaults. */
export type CheckedEnvironment = z.output<typeof environmentSchema>;

/** Checks the environment. An empty variable counts as not set, as compose files leave them. */
export function checkEnvironment(env: Environment): Checked<CheckedEnvironment> {
  return check(environmentSchema, withoutEmpty(env), 'environment');
}

/** The variables that are set to something. */
export function withoutEmpty(env: Environment): Record<string, string> {
  const set = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  return Object.fromEntries(set);
}

function port() {
  const allowed = 'a port: a whole number from 0 (any free one) to 65535';
  return z
    .string()
    .regex(/^\d{1,5}$/, allowed)
    .transform(Number)
    .pipe(z.number().max(65_535, allowed));
}

function couchUrl() {
  return z.string().refine((value) => URL.canParse(value) && isCouchUrl(new URL(value)), {
    error:
      'an http:// or https:// address without ? and #, such as http://localhost:5984 or https://example.org/couchdb; ' +
      'a % in its credentials is written %25, a ? %3F, a # %23',
  });
}

function isCouchUrl({ protocol, username, password, href }: URL): boolean {
  // A lone ? or # leaves no search or hash, but stays.
  return /^https?:$/.test(protocol) && isDecodable(username) && isDecodable(password) && !/[?#]/.test(href);
}

function isDecodable(encoded: string): boolean {
  try {
    decodeURIComponent(encoded);
    return true;
  } catch {
    return false;
  }
}
