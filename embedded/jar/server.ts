import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { Databases } from './databases.ts';
import { CouchError, JarPortTakenError } from './errors.ts';
import { addBulkRoutes, addDocumentRoutes, addServerRoutes } from './routes.ts';
import { codeOf } from '../thrown.ts';

/** The largest request body, in bytes: that of CouchDB's `max_http_request_size` would be 4 GB. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** An identifier of 4,096 bytes, each written as `%xx`, and some. */
const MAX_ID_LENGTH = 16 * 1024;
const MAX_HEADER_BYTES = 64 * 1024;

/** A running jar server. */
export interface JarServer {
  readonly url: string;
  readonly port: number;
  /** Answers what was asked, then closes the databases. */
  close(): Promise<void>;
}

/** Where a jar server keeps its databases and listens. */
export interface JarServerOptions {
  /** Created where it does not exist. */
  readonly folder: string;
  /** 0 for any free one. */
  readonly port: number;
  /** @default 127.0.0.1: it knows no passwords */
  readonly host?: string;
}

/**
 * Starts a server that speaks as much of CouchDB's HTTP as a cookie jar needs.
 * @throws JarPortTakenError, JarFolderError
 */
export async function startJarServer({ folder, port, host = '127.0.0.1' }: JarServerOptions): Promise<JarServer> {
  const databases = await Databases.open(folder);
  const app = createApp(databases);
  app.addHook('onClose', async () => databases.close());
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw codeOf(error) === 'EADDRINUSE' ? new JarPortTakenError(host, port) : error;
  }
  const address = app.server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return { url: `http://${host}:${actual}`, port: actual, close: async () => app.close() };
}

function createApp(databases: Databases): FastifyInstance {
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: MAX_ID_LENGTH },
    http: { maxHeaderSize: MAX_HEADER_BYTES },
  });
  // Parsed by the routes, because CouchDB's own errors are expected for bodies of the wrong kind.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error: FastifyError | CouchError, _request, reply) => {
    if (error instanceof CouchError) return reply.code(error.status).send(errorBody(error.error, error.message));
    const status = error.statusCode ?? 500;
    return reply.code(status).send(errorBody(status < 500 ? 'bad_request' : 'internal_server_error', error.message));
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(errorBody('not_found', 'missing')));
  addServerRoutes(app, databases);
  addBulkRoutes(app, databases);
  addDocumentRoutes(app, databases);
  return app;
}

function errorBody(error: string, reason: string): { error: string; reason: string } {
  return { error, reason };
}
