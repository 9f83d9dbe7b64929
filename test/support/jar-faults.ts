import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';

/**
 * What to do with one request: hand it on, hang up before or after the server did it, hang up in the middle of the
 * answer, never answer, or answer with a status, and a body of its own.
 */
export type Fault = 'pass' | 'cut' | 'lose-answer' | 'cut-answer' | 'hang' | number | OwnAnswer;

/** What a proxy answers in the place of the server. */
interface OwnAnswer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request as it came. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** How many came before it. */
  readonly index: number;
}

/** Stands between a test and a CouchDB-speaking server, and goes wrong as told. */
export interface FaultyProxy {
  readonly url: string;
  /** All requests so far. */
  readonly seen: readonly SeenRequest[];
  /** Decides about every request from now on. */
  decide(fault: (request: SeenRequest) => Fault | Promise<Fault>): void;
  /** Cuts the connections of all requests that were left hanging. */
  hangUp(): void;
  stop(): Promise<void>;
}

const passAll = (): Fault => 'pass';

/** Starts a proxy that passes everything on until told otherwise. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const seen: SeenRequest[] = [];
  const hanging = new Set<ServerResponse>();
  let decide: (request: SeenRequest) => Fault | Promise<Fault> = passAll;
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const { method = 'GET', url: path = '/' } = request;
      const noted = { method, path, body, index: seen.length };
      seen.push(noted);
      const fault = await decide(noted);
      if (fault === 'hang') hanging.add(response);
      else await answer(fault, { target, request, body, response });
      // As what stands between two sides does: where one of them has gone, the other one is cut off.
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: urlBehind(server, target),
    seen,
    decide: (fault) => {
      decide = fault;
    },
    hangUp: () => {
      for (const response of hanging) response.destroy();
      hanging.clear();
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

interface Exchange {
  readonly target: string;
  readonly request: IncomingMessage;
  readonly body: string;
  readonly response: ServerResponse;
}

async function answer(fault: Exclude<Fault, 'hang'>, exchange: Exchange): Promise<void> {
  const { response } = exchange;
  if (fault === 'cut') response.destroy();
  else if (typeof fault === 'number') {
    await answer({ status: fault, body: '{"error":"told_so","reason":"the test told the proxy to"}' }, exchange);
  } else if (typeof fault === 'object') {
    response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
    response.end(fault.body);
  } else await handOn(fault, exchange);
}

async function handOn(
  fault: 'pass' | 'lose-answer' | 'cut-answer',
  { target, request, body, response }: Exchange,
): Promise<void> {
  const url = new URL(target);
  const { method = 'GET', url: path = '/', headers } = request;
  const authorization = headers.authorization;
  const answered = await fetch(`${url.protocol}//${url.host}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    ...(body !== '' && { body }),
  });
  const text = await answered.text();
  if (fault === 'lose-answer') {
    response.destroy();
    return;
  }
  response.writeHead(answered.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  if (fault === 'pass') response.end(text);
  else response.write(text.slice(0, Math.floor(text.length / 2)), () => response.destroy());
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function urlBehind(server: Server, target: string): string {
  const address = server.address();
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = typeof address === 'object' && address !== null ? String(address.port) : '';
  return url.href.replace(/\/$/, '');
}
