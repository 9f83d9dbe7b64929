import { Pace, paceMemory } from '../pacing/pace.ts';
import { BiscuitTin } from './biscuit-tin.ts';
import type { DocumentFeed, Documents } from './cookie-jar.ts';
import { CouchConnection } from './couchdb/connection.ts';
import { CouchDocuments } from './couchdb/couch-documents.ts';
import { checkDatabaseName, ensureDatabase } from './couchdb/database.ts';
import { GroupCommit } from './couchdb/group-commit.ts';
import { Patience } from './couchdb/patience.ts';
import { CouchStore } from './couchdb/store.ts';
import { type JarLogger, SILENT_LOGGER } from './logger.ts';

/** Which database to open, and how. */
export interface JarOptions {
  /** Of the CouchDB server, without the database; may hold credentials. */
  readonly url: string;
  /** Created where it does not exist. */
  readonly database: string;
  /** Wins over the one in the URL, like the password. */
  readonly user?: string;
  readonly password?: string;
  /** Certificates as PEM: of https servers, only those that these vouch for are spoken to. @default those that Node trusts */
  readonly ca?: string;
  /** How long a call waits for others to share its requests, in ms. @default 4 */
  readonly batchMs?: number;
  /** How many documents share a request at most. @default 500 */
  readonly batchDocuments?: number;
  /** So many requests a second at most. @default as fast as they come */
  readonly maxRequestsPerSecond?: number;
  /** Given, that limit holds for all together that have the same. */
  readonly paceMemory?: SharedArrayBuffer;
  /** How long one request may take before it is made again, in ms. @default 30000 */
  readonly requestTimeoutMs?: number;
  /** How long opening waits for a server that does not answer, in ms. @default 60000 */
  readonly openTimeoutMs?: number;
  /** Hears of outages. @default silence */
  readonly logger?: JarLogger;
}

/** A database in use. */
export interface OpenJar {
  /** How it was opened, for other threads to open it too, at one pace with this one. Holds credentials. */
  readonly address: Omit<JarOptions, 'logger'>;
  readonly jar: BiscuitTin;
  /** Documents of other kinds in the same database. */
  readonly documents: Documents & DocumentFeed;
  /**
   * One quick look whether the database answers, for health checks.
   * @throws StoreUnavailableError, StoreRefusedError, AccessDeniedError
   */
  readonly ping: () => Promise<void>;
  /** Ends everything under way; whoever still waits gets a JarClosedError. */
  readonly close: () => Promise<void>;
}

const PING_TIMEOUT_MS = 2000;

/**
 * Opens the jar, creating its database where needed.
 * @throws InvalidStoreUrlError, InvalidDatabaseNameError, AccessDeniedError, StoreRefusedError
 * @throws StoreUnavailableError where the server has not answered in time
 * @throws UntrustedServerError at once, where its certificate is not to be trusted
 */
export async function openJar(options: JarOptions): Promise<OpenJar> {
  const { database, batchMs = 4, batchDocuments = 500, requestTimeoutMs = 30_000, openTimeoutMs = 60_000 } = options;
  checkDatabaseName(database);
  const memory = options.paceMemory ?? paceMemory();
  const connection = new CouchConnection(options, requestTimeoutMs, paceOf(options, memory));
  const patience = new Patience(options.logger ?? SILENT_LOGGER);
  await patience
    .insist(async () => ensureDatabase(connection, database), openTimeoutMs)
    .catch((error: unknown) => {
      connection.close();
      throw error;
    });
  const store = new CouchStore(connection, database);
  const commit = new GroupCommit(store, patience, { batchMs, maxDocuments: batchDocuments });
  const documents = new CouchDocuments(store, commit, patience);
  const { logger: _, ...address } = options;
  return {
    address: { ...address, paceMemory: memory },
    jar: new BiscuitTin(documents),
    documents,
    ping: async () => {
      const what = 'a look at the database';
      await connection.request({ what, method: 'GET', database, timeoutMs: PING_TIMEOUT_MS });
    },
    close: async () => {
      connection.close();
      commit.close();
      patience.close();
      return Promise.resolve();
    },
  };
}

/** A rest is made up for by a tenth of a second's requests, lest a limit that is meant for each moment hold on average only. */
function paceOf({ maxRequestsPerSecond: perSecond }: JarOptions, memory: SharedArrayBuffer): Pace | undefined {
  return perSecond === undefined ? undefined : new Pace({ perSecond, burst: perSecond / 10, memory });
}
