import { request } from 'node:http';
import { connect } from 'node:net';

/** One request, its path sent exactly as it stands. */
export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  /** JSON is sent as such, a text as it stands. */
  readonly body?: unknown;
  /** @default `accept: application/json`; undefined leaves a header out */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** What came back. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed, where it is JSON of any kind. */
  readonly body: unknown;
}

/** Sends a request over a real connection; unlike `fetch` it resolves neither `..` nor anything else in the path. */
export async function send(
  base: string,
  { method = 'GET', path, body, headers = {} }: RawRequest,
): Promise<RawResponse> {
  const { hostname, port } = new URL(base);
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const merged = {
    accept: 'application/json',
    ...(text === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': `${Buffer.byteLength(text)}` }),
    ...headers,
  };
  const sent = Object.fromEntries(Object.entries(merged).filter((entry) => entry[1] !== undefined));
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers: sent, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const received = Buffer.concat(chunks).toString();
        const isJson = /json/.test(incoming.headers['content-type'] ?? '') && received !== '';
        const parsed: unknown = isJson ? JSON.parse(received) : received;
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: parsed });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

/** Sends bytes as they stand and gives back all that comes until the connection ends. */
export async function sendBytes(base: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      resolve(received);
    });
    socket.write(bytes, 'latin1');
  });
}
