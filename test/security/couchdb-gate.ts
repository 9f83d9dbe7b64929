import { createServer, type IncomingMessage, request, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

/** A server in front of a jar: it asks for a password, may speak https, and fails when it is told to. */
export interface CouchdbGate extends AsyncDisposable {
  /** Without credentials. */
  readonly url: string;
  /** What all requests are answered with from now on, if with anything but the jar's own answer. */
  answer: { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | undefined;
  /** The `Authorization` headers that came. */
  readonly seen: readonly (string | undefined)[];
}

interface GateOptions {
  /** Of the jar. */
  readonly url: string;
  /** `user:password`; anybody is let in without. */
  readonly credentials?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** Starts one; `await using` ends it. */
export async function startCouchdbGate({ url, credentials, tls }: GateOptions): Promise<CouchdbGate> {
  const seen: (string | undefined)[] = [];
  const expected = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
  const listen: RequestListener = (incoming, outgoing) => {
    const { authorization } = incoming.headers;
    seen.push(authorization);
    const unwanted = expected !== undefined && authorization !== expected;
    const answer = gate.answer ?? (unwanted ? { status: 401 } : undefined);
    if (answer === undefined) {
      passOn(url, incoming, (passed) => {
        outgoing.writeHead(passed.statusCode ?? 500, passed.headers);
        passed.pipe(outgoing);
      });
      return;
    }
    incoming.resume();
    outgoing.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    outgoing.end('{"error":"gate","reason":"the gate says no"}');
  };
  const server = tls === undefined ? createServer(listen) : createTlsServer(tls, listen);
  const gate: CouchdbGate = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${await listening(server)}`,
    answer: undefined,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return gate;
}

function passOn(url: string, incoming: IncomingMessage, answered: (answer: IncomingMessage) => void): void {
  const { authorization: _, ...headers } = incoming.headers;
  const { hostname, port } = new URL(url);
  const passed = request({ hostname, port, method: incoming.method, path: incoming.url, headers }, answered);
  passed.on('error', () => incoming.destroy());
  incoming.pipe(passed);
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
