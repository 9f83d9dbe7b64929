import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startJarServer } from '../../embedded/jar/server.ts';

/** A CouchDB-speaking server for tests. */
export interface TestJar {
  /** Holds credentials where the server wants some. */
  readonly url: string;
  /** A name that no other test uses; the database goes when the server stops. */
  newDatabase(): string;
  stop(): Promise<void>;
}

/**
 * The server at `COUCHDB_URL` where that is set, with the credentials in it or in `COUCHDB_USER` and `COUCHDB_PASSWORD`,
 * else an embedded one in a folder of its own.
 */
export async function startTestJar(): Promise<TestJar> {
  const { COUCHDB_URL: url, COUCHDB_USER: user, COUCHDB_PASSWORD: password } = process.env;
  return url === undefined || url === '' ? startEmbeddedJar() : useServer(withCredentials(url, user, password));
}

function withCredentials(address: string, user: string | undefined, password: string | undefined): string {
  const url = new URL(address);
  if (user !== undefined && user !== '') url.username = encodeURIComponent(user);
  if (password !== undefined && password !== '') url.password = encodeURIComponent(password);
  return url.href.replace(/\/$/, '');
}

/** An embedded one in a folder of its own, whatever `COUCHDB_URL` says: for what is about the stand-in for CouchDB. */
export async function startEmbeddedJar(): Promise<TestJar> {
  const folder = await mkdtemp(join(tmpdir(), 'cookie-monster-jar-'));
  const server = await startJarServer({ folder, port: 0 });
  return {
    url: server.url,
    newDatabase: newName,
    stop: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function useServer(address: string): TestJar {
  const names: string[] = [];
  const url = new URL(address);
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const headers = { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
  url.username = '';
  url.password = '';
  return {
    url: address,
    newDatabase: () => {
      const name = newName();
      names.push(name);
      return name;
    },
    stop: async () => {
      await Promise.all(names.map(async (name) => removeDatabase(new URL(`/${name}`, url), headers)));
    },
  };
}

/** @throws Error where it stays: a real server must not fill with what tests leave behind */
async function removeDatabase(url: URL, headers: Record<string, string>): Promise<void> {
  const { status } = await fetch(url, { method: 'DELETE', headers });
  // Some tests name a database that they never come to make.
  if (status >= 400 && status !== 404) throw new Error(`${url.href} was not removed: ${status}`);
}

function newName(): string {
  return `test-${randomBytes(8).toString('hex')}`;
}
