import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { allDocs, queryParameters } from './all-docs.ts';
import { changes } from './changes.ts';
import type { Databases } from './databases.ts';
import { bulkDocs, bulkGet, deleteDocument, getDocument, putDocument } from './documents.ts';
import { CouchError } from './errors.ts';
import { parseObject } from './json-body.ts';

/** The CouchDB version whose answers these resemble. */
const COUCHDB_VERSION = '3.5.0';

const paramsSchema = z.object({ db: z.string(), doc: z.string().default('') });
const querySchema = z.record(z.string(), z.unknown());
const revisionSchema = z.object({ rev: z.string().exactOptional() });
const flagsSchema = z.object({ conflicts: z.string().optional(), revs: z.string().optional() });

/** The routes of the server itself and of whole databases. */
export function addServerRoutes(app: FastifyInstance, databases: Databases): void {
  const vendor = { name: 'Cookie Monster, embedded jar on PouchDB' };
  app.get('/', () => ({ couchdb: 'Welcome', version: COUCHDB_VERSION, features: [], vendor }));
  app.get('/_up', () => ({ status: 'ok', seeds: {} }));
  app.get('/_all_dbs', () => databases.names());
  app.put('/:db', async (request, reply) => {
    await databases.create(params(request).db);
    return reply.code(201).send({ ok: true });
  });
  app.get('/:db', async (request) => {
    const { db } = params(request);
    const { doc_count, update_seq } = await databases.get(db).info();
    return { db_name: db, doc_count, update_seq, instance_start_time: '0' };
  });
  app.delete('/:db', async (request) => {
    await databases.destroy(params(request).db);
    return { ok: true };
  });
}

/** The routes of many documents at once. */
export function addBulkRoutes(app: FastifyInstance, databases: Databases): void {
  app.get('/:db/_all_docs', async (request) => {
    const query = queryParameters(querySchema.parse(request.query));
    return allDocs(databases.get(params(request).db), query);
  });
  app.post('/:db/_all_docs', async (request) => {
    const query = queryParameters(querySchema.parse(request.query));
    return allDocs(databases.get(params(request).db), { ...jsonBody(request), ...query });
  });
  app.post('/:db/_bulk_docs', async (request, reply) => {
    const outcomes = await bulkDocs(databases.get(params(request).db), jsonBody(request));
    return reply.code(201).send(outcomes);
  });
  app.post('/:db/_bulk_get', async (request) => bulkGet(databases.get(params(request).db), jsonBody(request)));
  app.get('/:db/_changes', async (request) => changes(databases.get(params(request).db), request.query));
  app.post('/:db/_compact', async (request, reply) => {
    jsonBody(request);
    await databases.get(params(request).db).compact();
    return reply.code(202).send({ ok: true });
  });
}

/** The routes of single documents. */
export function addDocumentRoutes(app: FastifyInstance, databases: Databases): void {
  app.post('/:db', async (request, reply) => {
    const written = await putDocument(databases.get(params(request).db), jsonBody(request));
    return reply.code(201).send(written);
  });
  for (const special of ['', '_design/', '_local/']) {
    const path = `/:db/${special}:doc`;
    app.get(path, async (request, reply) => {
      const { db, doc } = params(request);
      const found = await getDocument(databases.get(db), special + doc, readOptions(request));
      const { _rev: revision } = found;
      return reply.header('etag', `"${revision}"`).send(found);
    });
    app.put(path, async (request, reply) => {
      const { db, doc } = params(request);
      const rev = givenRevision(request);
      const body = { ...parseObject(request.body), _id: special + doc, ...(rev !== undefined && { _rev: rev }) };
      return reply.code(201).send(await putDocument(databases.get(db), body));
    });
    app.delete(path, async (request) => {
      const { db, doc } = params(request);
      return deleteDocument(databases.get(db), special + doc, givenRevision(request));
    });
  }
}

function params(request: FastifyRequest): z.infer<typeof paramsSchema> {
  return paramsSchema.parse(request.params);
}

/** @throws CouchError where the body is not declared, or not, JSON */
function jsonBody(request: FastifyRequest): Record<string, unknown> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new CouchError(415, 'bad_content_type', 'Content-Type must be application/json');
  }
  return parseObject(request.body);
}

function readOptions(request: FastifyRequest): { rev?: string; conflicts: boolean; revs: boolean } {
  const { conflicts, revs } = flagsSchema.parse(request.query);
  return { ...revisionSchema.parse(request.query), conflicts: conflicts === 'true', revs: revs === 'true' };
}

function givenRevision(request: FastifyRequest): string | undefined {
  return revisionSchema.parse(request.query).rev ?? request.headers['if-match']?.replaceAll('"', '');
}
