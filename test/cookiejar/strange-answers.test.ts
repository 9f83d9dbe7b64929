import { type Server, type ServerResponse, createServer } from 'node:http';
import { AnswerTooLargeError, StoreUnavailableError } from '../../cookiejar/errors.ts';
import { CouchConnection } from '../../cookiejar/couchdb/connection.ts';
import { CouchStore } from '../../cookiejar/couchdb/store.ts';

const MAX_BYTES = 100_000;
const open: { connection: CouchConnection; server: Server }[] = [];

afterEach(async () => {
  for (const { connection, server } of open.splice(0)) {
    connection.close();
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
});

/** A connection to something that gives each body its answer. */
async function connected(answer: (response: ServerResponse, body: string) => void): Promise<CouchConnection> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      answer(response, body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const connection = new CouchConnection({ url: `http://127.0.0.1:${port}` }, 5000, undefined, MAX_BYTES);
  open.push({ connection, server });
  return connection;
}

function pour(response: ServerResponse, text: string): void {
  while (response.write(text));
  response.once('drain', () => {
    pour(response, text);
  });
}

const LOOK = { what: 'a look', method: 'GET', database: 'a' } as const;

describe('an answer', () => {
  it.each(['application/json', 'text/html', 'application/octet-stream'])(
    'of %s that has no end is not read to its end',
    async (type) => {
      const connection = await connected((response) => {
        pour(response.writeHead(200, { 'content-type': type }), '['.repeat(1000));
      });
      const reading = connection.request(LOOK);
      await expect(reading).rejects.toThrow(AnswerTooLargeError);
      await expect(reading).rejects.toThrow(/a look: its answer has more bytes than are read/);
    },
  );

  it.each(['application/json', 'text/html', 'application/octet-stream', 'multipart/related'])(
    'of %s that is cut off counts as none',
    async (type) => {
      const connection = await connected((response) => {
        response.writeHead(200, { 'content-type': type, 'content-length': 1000 });
        response.write('[', () => response.destroy());
      });
      const reading = connection.request(LOOK);
      await expect(reading).rejects.toThrow(StoreUnavailableError);
      await expect(reading).rejects.toThrow(/cut off or is not JSON/);
    },
  );

  it('that is too large at once is asked for in parts', async () => {
    const bytes = 20_000;
    const asked: number[] = [];
    const connection = await connected((response, body) => {
      const { keys } = JSON.parse(body) as { keys: string[] };
      asked.push(keys.length);
      const rows = keys.map((key) => ({ key, value: { rev: '1-a' }, doc: { text: key.padEnd(bytes) } }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ rows }));
    });
    const ids = Array.from({ length: 10 }, (_, n) => `d${n}`);
    const found = await new CouchStore(connection, 'a').read(ids);
    expect([...found.keys()]).toEqual(ids);
    expect(asked).toEqual([10, 5, 3, 2, 5, 3, 2]);
  });
});
