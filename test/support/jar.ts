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

/** The server at `COUCHDB_URL` where that is set, else an embedded one in a folder of its own. */
export async function startTestJar(): Promise<TestJar> {
  const couchdb = process.env['COUCHDB_URL'];
  return couchdb === undefined || couchdb === '' ? startEmbedded() : useServer(couchdb);
}

async function startEmbedded(): Promise<TestJar> {
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
      await Promise.all(names.map(async (name) => fetch(new URL(`/${name}`, url), { method: 'DELETE', headers })));
    },
  };
}

function newName(): string {
  return `test-${randomBytes(8).toString('hex')}`;
}
