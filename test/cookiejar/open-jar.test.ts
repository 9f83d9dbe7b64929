import { type Server, createServer } from 'node:http';
import {
  AccessDeniedError,
  InvalidDatabaseNameError,
  InvalidStoreUrlError,
  StoreUnavailableError,
} from '../../cookiejar/errors.ts';
import { openJar } from '../../cookiejar/open-jar.ts';
import { type TestJar, startTestJar } from '../support/jar.ts';
import { size } from '../support/jar-contract.ts';
import { startFaultyProxy } from '../support/jar-faults.ts';

let server: TestJar;

beforeAll(async () => {
  server = await startTestJar();
});

afterAll(async () => server.stop());

/** A server that notes who comes, and answers all with one status. */
async function startDoorman(status: number): Promise<{ url: string; server: Server; seen: (string | undefined)[] }> {
  const seen: (string | undefined)[] = [];
  const doorman = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":"no","reason":"not you"}');
  });
  await new Promise<void>((resolve) => {
    doorman.listen(0, '127.0.0.1', resolve);
  });
  const address = doorman.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, server: doorman, seen };
}

async function stop(doorman: Server): Promise<void> {
  doorman.closeAllConnections();
  await new Promise((resolve) => {
    doorman.close(resolve);
  });
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

describe('openJar', () => {
  it('creates the database, and opens one that exists', async () => {
    const database = server.newDatabase();
    const first = await openJar({ url: server.url, database });
    await first.jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
    await first.close();
    const second = await openJar({ url: `${server.url}/`, database });
    expect(await second.jar.fetch('/a')).toBeDefined();
    await second.close();
  });

  it.each(['Upper', '1st', '_users', '', 'a b', 'ä'])('refuses the database name %p', async (database) => {
    await expect(openJar({ url: server.url, database })).rejects.toThrow(InvalidDatabaseNameError);
  });

  it.each(['not a url', 'ftp://host', '', 'http://host/?', 'http://host/#x', 'http://host/a?b'])(
    'refuses the URL %p',
    async (url) => {
      await expect(openJar({ url, database: 'a' })).rejects.toThrow(InvalidStoreUrlError);
    },
  );

  it('takes credentials from the URL or beside it', async () => {
    const doorman = await startDoorman(201);
    const withUser = doorman.url.replace('http://', 'http://me%40home:p%2Fw@');
    await (await openJar({ url: withUser, database: 'a' })).close();
    await (await openJar({ url: withUser, database: 'a', user: 'you', password: 'pässword' })).close();
    await (await openJar({ url: doorman.url, database: 'a' })).close();
    expect(doorman.seen).toEqual([basic('me@home:p/w'), basic('you:pässword'), undefined]);
    await stop(doorman.server);
  });

  it.each([401, 403])('says clearly that access is denied (%i), without the password', async (status) => {
    const doorman = await startDoorman(status);
    const url = doorman.url.replace('http://', 'http://me:secret@');
    const opening = openJar({ url, database: 'jar' });
    await expect(opening).rejects.toThrow(AccessDeniedError);
    await expect(opening).rejects.toThrow(new RegExp(`${doorman.url}/jar.*${status}.*not you`));
    await expect(opening).rejects.not.toThrow('secret');
    await stop(doorman.server);
  });

  it('needs no right to create a database that exists', async () => {
    const database = server.newDatabase();
    await (await openJar({ url: server.url, database })).close();
    const proxy = await startFaultyProxy(server.url);
    proxy.decide(({ method }) => (method === 'PUT' ? 401 : 'pass'));
    const jar = await openJar({ url: proxy.url, database });
    await expect(jar.ping()).resolves.toBeUndefined();
    await jar.close();
    await proxy.stop();
  });

  it('gives up a server that does not answer in time, naming it', async () => {
    const proxy = await startFaultyProxy(server.url);
    proxy.decide(() => 'cut');
    const opening = openJar({ url: proxy.url, database: 'a', openTimeoutMs: 100 });
    await expect(opening).rejects.toThrow(StoreUnavailableError);
    await expect(opening).rejects.toThrow(new URL(proxy.url).host);
    await proxy.stop();
  });

  it('waits for a server that starts later', async () => {
    const proxy = await startFaultyProxy(server.url);
    proxy.decide(({ index }) => (index < 3 ? 'cut' : 'pass'));
    const jar = await openJar({ url: proxy.url, database: server.newDatabase() });
    await jar.close();
    await proxy.stop();
  });
});
