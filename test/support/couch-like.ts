import { randomBytes } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { z } from 'zod';
import { asErlangWrites, asOpaqueChanges, sequenceIn } from './couch-like-answers.ts';

/** In which ways a stand-in is like a CouchDB cluster rather than like the embedded jar behind it. */
export interface CouchLikeOptions {
  /** How it wants to be told the password; nobody needs one where absent. */
  readonly auth?: 'basic' | 'cookie';
  /** A session that was given is worth so many requests. @default 40 */
  readonly sessionRequests?: number;
  /** `[couchdb] max_document_size` @default 8000000 */
  readonly maxDocumentBytes?: number;
  /** `[chttpd] max_http_request_size`, or what a proxy allows. @default 64 MiB */
  readonly maxRequestBytes?: number;
  /** Below which path of the server it lies, as behind a proxy: `/couchdb`. @default '' */
  readonly below?: string;
  /** Every so manieth request is answered 429, `Retry-After: 0`. @default never */
  readonly busyEvery?: number;
  /** So many changes that were told come again, as after a node was lost. @default 0 */
  readonly rewoundRows?: number;
}

/** A stand-in for Apache CouchDB 3.x in front of an embedded jar. */
export interface CouchLike {
  /** With credentials, where it wants some. */
  readonly url: string;
  /** Status and path of every answer so far. */
  readonly answered: readonly { readonly status: number; readonly method: string; readonly path: string }[];
  /** From now on no password and no session is right. */
  lockOut(isLocked: boolean): void;
  stop(): Promise<void>;
}

const USER = 'joe';
const PASSWORD = 'p@ss/wörd';

const DEFAULTS = {
  below: '',
  rewoundRows: 0,
  sessionRequests: 40,
  maxDocumentBytes: 8_000_000,
  maxRequestBytes: 64 * 1024 * 1024,
};

const bulkSchema = z.object({ docs: z.array(z.looseObject({ _id: z.string() })) });

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Starts one. @param target the jar that keeps the documents; its credentials are brought along */
export async function startCouchLike(target: string, options: CouchLikeOptions = {}): Promise<CouchLike> {
  const likeness = new Likeness(target, options);
  const server = createServer((request, response) => {
    void likeness.serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: urlOf(server, options),
    answered: likeness.answered,
    lockOut: (isLocked) => {
      likeness.isLocked = isLocked;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

class Likeness {
  readonly answered: { readonly status: number; readonly method: string; readonly path: string }[] = [];
  isLocked = false;
  readonly #target: URL;
  readonly #options: CouchLikeOptions & typeof DEFAULTS;
  readonly #sessions = new Map<string, number>();
  /** Databases that another node of the cluster made, and how many requests this one will not know them for. */
  readonly #unheard = new Map<string, number>();
  #requests = 0;

  constructor(target: string, options: CouchLikeOptions) {
    this.#target = new URL(target);
    this.#options = { ...DEFAULTS, ...options };
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const answer = await this.#answerBelow(request, body);
    const { method = 'GET', url: path = '/' } = request;
    this.answered.push({ status: answer.status, method, path });
    await sendInPieces(response, answer);
  }

  async #answerBelow(request: IncomingMessage, body: string): Promise<Answer> {
    const { below } = this.#options;
    if (request.url?.startsWith(`${below}/`) !== true) return refusal(410, 'gone', 'there is nothing else here');
    request.url = request.url.slice(below.length);
    return this.#answer(request, body);
  }

  async #answer(request: IncomingMessage, body: string): Promise<Answer> {
    const { busyEvery } = this.#options;
    if (busyEvery !== undefined && ++this.#requests % busyEvery === 0) {
      return { ...refusal(429, 'too_many_requests', 'slow down'), headers: { 'retry-after': '0' } };
    }
    if (request.url === '/_session') return this.#logIn(body);
    if (!this.#isAllowed(request)) return refusal(401, 'unauthorized', 'You are not a server admin.');
    if (Buffer.byteLength(body) > this.#options.maxRequestBytes) {
      return refusal(413, 'too_large', 'the request entity is too large');
    }
    return this.#route(request, body);
  }

  async #route(request: IncomingMessage, body: string): Promise<Answer> {
    const { method = 'GET', url: path = '/' } = request;
    const [database = '', resource = ''] = path.slice(1).split(/[/?]/);
    if (resource === '') return method === 'PUT' ? this.#create(database) : this.#handOn(method, path, body);
    if (this.#isUnheard(database)) return refusal(404, 'not_found', 'Database does not exist.');
    if (resource === '_bulk_docs') return this.#write(path, body);
    if (resource === '_changes') return this.#changes(path);
    if (resource === '_local' && method === 'PUT') return this.#putLocal(path, body);
    return this.#handOn(method, path, body);
  }

  /** The first to ask meets somebody else who asked at the same time; the database then needs a moment to be known. */
  async #create(database: string): Promise<Answer> {
    const isFirst = !this.#unheard.has(database);
    const made = await this.#handOn('PUT', `/${database}`, '');
    if (!isFirst || made.status !== 201) return made;
    this.#unheard.set(database, 2);
    return refusal(500, 'conflict', 'Document update conflict.');
  }

  #isUnheard(database: string): boolean {
    const left = this.#unheard.get(database) ?? 0;
    if (left > 0) this.#unheard.set(database, left - 1);
    return left > 0;
  }

  /** One document that is too large fails the whole request; a write without quorum is accepted. */
  async #write(path: string, body: string): Promise<Answer> {
    const tooLarge = bulkSchema
      .parse(JSON.parse(body))
      .docs.find((document) => Buffer.byteLength(JSON.stringify(document)) > this.#options.maxDocumentBytes);
    if (tooLarge) return refusal(413, 'document_too_large', tooLarge['_id']);
    const answer = await this.#handOn('POST', path, body);
    if (answer.status !== 201) return answer;
    const rows = z.array(z.looseObject({ ok: z.boolean().optional() })).parse(JSON.parse(answer.body));
    const accepted = rows.map((row) => (row.ok === true ? { ...row, accepted: true } : row));
    return { status: 202, body: JSON.stringify(accepted) };
  }

  /** Some rows come again, none in order, and the sequence means nothing to anybody else. */
  async #changes(path: string): Promise<Answer> {
    const url = new URL(path, 'http://any');
    const since = url.searchParams.get('since') ?? '0';
    const known = since === 'now' || since === '0' ? since : sequenceIn(since);
    if (known === undefined) return refusal(400, 'bad_request', "Malformed sequence supplied in 'since' parameter.");
    const from = typeof known === 'number' ? Math.max(0, known - this.#options.rewoundRows) : known;
    url.searchParams.set('since', String(from));
    const answer = await this.#handOn('GET', `${url.pathname}${url.search}`, '');
    return answer.status === 200 ? { ...answer, body: asOpaqueChanges(answer.body) } : answer;
  }

  /** The last one wins, whoever wrote before. */
  async #putLocal(path: string, body: string): Promise<Answer> {
    const found = await this.#handOn('GET', path, '');
    const { _rev: revision } = z.looseObject({ _rev: z.string().optional() }).parse(JSON.parse(found.body));
    return this.#handOn('PUT', revision === undefined ? path : `${path}?rev=${revision}`, body);
  }

  async #handOn(method: string, path: string, body: string): Promise<Answer> {
    const { protocol, host, username, password } = this.#target;
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const answer = await fetch(`${protocol}//${host}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(username !== '' && { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
      },
      ...(body !== '' && { body }),
    });
    return { status: answer.status, body: asErlangWrites(await answer.text()) };
  }

  #logIn(body: string): Answer {
    const { name, password } = z.object({ name: z.string(), password: z.string() }).parse(JSON.parse(body));
    const isRight = name === USER && password === PASSWORD && !this.isLocked;
    if (!isRight) return refusal(401, 'unauthorized', 'Name or password is incorrect.');
    const session = randomBytes(12).toString('base64url');
    this.#sessions.set(session, this.#options.sessionRequests);
    // As CouchDB does where cookies may not persist: without an end that the client could know.
    const headers = { 'set-cookie': `AuthSession=${session}; Version=1; Path=/; HttpOnly` };
    return { status: 200, body: '{"ok":true,"name":"joe","roles":[]}', headers };
  }

  #isAllowed({ headers }: IncomingMessage): boolean {
    const { auth } = this.#options;
    if (this.isLocked) return false;
    if (auth === undefined) return true;
    if (auth === 'basic')
      return headers.authorization === `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
    const session = /AuthSession=([^;]+)/.exec(headers.cookie ?? '')?.[1] ?? '';
    const left = this.#sessions.get(session) ?? 0;
    this.#sessions.set(session, left - 1);
    return left > 0;
  }
}

function refusal(status: number, error: string, reason: string): Answer {
  return { status, body: JSON.stringify({ error, reason }) };
}

/** Chunked, as CouchDB answers: the length is not known before the end. */
async function sendInPieces(response: ServerResponse, { status, body, headers = {} }: Answer): Promise<void> {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'must-revalidate', ...headers });
  const bytes = Buffer.from(body);
  const size = Math.max(1, Math.ceil(bytes.length / 3));
  for (let start = 0; start < bytes.length; start += size) {
    response.write(bytes.subarray(start, start + size));
    await new Promise(setImmediate);
  }
  response.end();
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function urlOf(server: Server, { auth, below = '' }: CouchLikeOptions): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const credentials = auth === undefined ? '' : `${USER}:${encodeURIComponent(PASSWORD)}@`;
  return `http://${credentials}127.0.0.1:${port}${below}`;
}
