import { AccessDeniedError, InvalidDatabaseNameError, StoreRefusedError } from '../errors.ts';
import type { CouchConnection } from './connection.ts';

const DATABASE_NAME = /^[a-z][a-z0-9_$()+/-]*$/;

/** CouchDB adds to the name what no file system takes more than 255 bytes of. */
const MAX_NAME_LENGTH = 200;

/** Two processes may start at once: the later one is told that the database exists. */
const EXISTS = 412;

/** @throws InvalidDatabaseNameError */
export function checkDatabaseName(database: string): void {
  if (!DATABASE_NAME.test(database) || database.length > MAX_NAME_LENGTH) throw new InvalidDatabaseNameError(database);
}

/**
 * Creates the database unless it exists; a user who may only use it needs no right to create it. One try.
 * @throws AccessDeniedError, StoreRefusedError, StoreUnavailableError
 */
export async function ensureDatabase(connection: CouchConnection, database: string): Promise<void> {
  try {
    await connection.request({ what: 'the creation of the database', method: 'PUT', database });
  } catch (error) {
    if (error instanceof StoreRefusedError && error.status === EXISTS) return;
    if (error instanceof AccessDeniedError && (await isUsable(connection, database))) return;
    throw error;
  }
}

async function isUsable(connection: CouchConnection, database: string): Promise<boolean> {
  try {
    await connection.request({ what: 'a look at the database', method: 'GET', database });
    return true;
  } catch (error) {
    if (error instanceof StoreRefusedError) return false;
    throw error;
  }
}
