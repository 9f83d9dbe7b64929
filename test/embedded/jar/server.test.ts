import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import nano from 'nano';
import { compareCodePoints } from '../../../cookiejar/identifier.ts';
import { JarFolderError, JarPortTakenError } from '../../../embedded/jar/errors.ts';
import { type JarServer, startJarServer } from '../../../embedded/jar/server.ts';
import { fromStoredId, toStoredId } from '../../../embedded/jar/stored-id.ts';
import { text } from '../../support/jar-arbitraries.ts';

let folder: string;
let server: JarServer;
let count = 0;
let name: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cookie-monster-server-'));
  server = await startJarServer({ folder, port: 0 });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

beforeEach(async () => {
  name = `db-${++count}`;
  await ask('PUT', `/${name}`);
});

/** Asks as curl would. */
async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(server.url + path, {
    method,
    headers,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const answer = await response.text();
  return { status: response.status, body: answer === '' ? undefined : JSON.parse(answer) };
}

async function ids(query: Record<string, unknown>): Promise<unknown[]> {
  const { body } = await ask('POST', `/${name}/_all_docs`, query);
  return (body as { rows: { id: string }[] }).rows.map(({ id }) => id);
}

describe('the embedded jar as a server', () => {
  it('says what it is', async () => {
    expect(await ask('GET', '/')).toMatchObject({
      status: 200,
      body: {
        couchdb: 'Welcome',
        version: expect.stringMatching(/^3\./),
        vendor: { name: expect.stringContaining('embedded') },
      },
    });
    expect((await ask('GET', '/_up')).body).toMatchObject({ status: 'ok' });
  });

  it('creates, shows, lists and removes databases', async () => {
    const odd = 'a_$()+-/0';
    const path = `/${encodeURIComponent(odd)}`;
    expect(await ask('PUT', path)).toEqual({ status: 201, body: { ok: true } });
    expect(await ask('PUT', path)).toMatchObject({ status: 412, body: { error: 'file_exists' } });
    expect(await ask('GET', path)).toMatchObject({ status: 200, body: { db_name: odd, doc_count: 0 } });
    expect((await ask('HEAD', path)).status).toBe(200);
    expect((await ask('GET', '/_all_dbs')).body).toContain(odd);
    expect(await ask('DELETE', path)).toEqual({ status: 200, body: { ok: true } });
    expect(await ask('GET', path)).toEqual({
      status: 404,
      body: { error: 'not_found', reason: 'Database does not exist.' },
    });
    expect((await ask('HEAD', path)).status).toBe(404);
  });

  it.each(['Upper', '1st', '_private', 'a%2E'])('refuses the database name %s', async (bad) => {
    expect(await ask('PUT', `/${bad}`)).toMatchObject({ status: 400, body: { error: 'illegal_database_name' } });
  });

  it('creates a database once when many ask at the same time', async () => {
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await ask('PUT', '/race')).status));
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 412, 412, 412, 412]);
  });

  it('answers with an error what it does not know', async () => {
    expect((await ask('GET', `/${name}/_view/x/y/z`)).status).toBe(404);
    expect((await ask('GET', '/none/_all_docs')).body).toMatchObject({ error: 'not_found' });
  });

  it('listens on the loopback address only', () => {
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  });

  it('says that a port is taken', async () => {
    const other = await mkdtemp(join(tmpdir(), 'cookie-monster-server-'));
    await expect(startJarServer({ folder: other, port: server.port })).rejects.toThrow(JarPortTakenError);
    await rm(other, { recursive: true });
  });

  it('says that a folder cannot be used', async () => {
    await expect(startJarServer({ folder: '/dev/null/x', port: 0 })).rejects.toThrow(JarFolderError);
  });

  it('keeps everything when it is stopped and started again', async () => {
    const other = await mkdtemp(join(tmpdir(), 'cookie-monster-server-'));
    const first = await startJarServer({ folder: other, port: 0 });
    await fetch(`${first.url}/kept`, { method: 'PUT' });
    await fetch(`${first.url}/kept/a`, { method: 'PUT', body: '{"x":1}' });
    await first.close();
    const second = await startJarServer({ folder: other, port: 0 });
    expect(await (await fetch(`${second.url}/kept/a`)).json()).toMatchObject({ _id: 'a', x: 1 });
    await second.close();
    await rm(other, { recursive: true });
  });
});

describe('a document of the embedded jar', () => {
  it('is written, read, changed and removed by revision', async () => {
    const path = `/${name}/doc`;
    expect(await ask('GET', path)).toEqual({ status: 404, body: { error: 'not_found', reason: 'missing' } });
    const created = await ask('PUT', path, { x: 1 });
    const { rev } = created.body as { rev: string };
    expect(created).toEqual({ status: 201, body: { ok: true, id: 'doc', rev: expect.stringMatching(/^1-/) } });
    expect(await ask('PUT', path, { x: 2 })).toEqual({
      status: 409,
      body: { error: 'conflict', reason: 'Document update conflict.' },
    });
    const changed = await ask('PUT', `${path}?rev=${rev}`, { x: 2 });
    expect(changed.status).toBe(201);
    const { rev: second } = changed.body as { rev: string };
    expect((await ask('GET', path)).body).toEqual({ _id: 'doc', _rev: second, x: 2 });
    expect((await ask('DELETE', path)).status).toBe(409);
    expect((await ask('DELETE', `${path}?rev=${rev}`)).status).toBe(409);
    expect((await ask('DELETE', path, undefined, { 'if-match': `"${second}"` })).status).toBe(200);
    expect(await ask('GET', path)).toEqual({ status: 404, body: { error: 'not_found', reason: 'deleted' } });
    expect((await ask('DELETE', path)).status).toBe(404);
  });

  it('may be a design or a local one', async () => {
    for (const id of ['_design/views', '_design%2Fother', '_local/mark']) {
      expect((await ask('PUT', `/${name}/${id}`, { x: 1 })).status).toBe(201);
      expect((await ask('GET', `/${name}/${id}`)).body).toMatchObject({ _id: decodeURIComponent(id), x: 1 });
    }
  });

  it('may have an id of 4,096 bytes and any characters', async () => {
    for (const id of ['😀'.repeat(1024), 'a/b?c#d e+f%', '\uD7FF\uE000', 'a\u0000b', '../..']) {
      expect((await ask('PUT', `/${name}/${encodeURIComponent(id)}`, { x: 1 })).body).toMatchObject({ id });
      expect((await ask('GET', `/${name}/${encodeURIComponent(id)}`)).body).toMatchObject({ _id: id });
    }
  });

  it('gets an id where it has none', async () => {
    expect(await ask('POST', `/${name}`, { x: 1 })).toMatchObject({ status: 201, body: { id: expect.any(String) } });
  });

  it.each([
    ['broken JSON', '{"x":', 400, 'bad_request'],
    ['half a surrogate pair', '{"x":"\\ud800"}', 400, 'bad_request'],
    ['an array', '[]', 400, 'bad_request'],
    ['a reserved member', '{"_x":1}', 400, 'doc_validation'],
  ])('is refused when it is %s', async (_, body, status, error) => {
    expect(await ask('PUT', `/${name}/bad`, body)).toMatchObject({ status, body: { error } });
  });

  it('must be declared as JSON where CouchDB wants that', async () => {
    const headers = { 'content-type': 'text/plain' };
    expect(await ask('POST', `/${name}/_bulk_docs`, '{"docs":[]}', headers)).toMatchObject({
      status: 415,
      body: { error: 'bad_content_type' },
    });
    expect((await ask('PUT', `/${name}/curl`, '{"x":1}', headers)).status).toBe(201);
  });
});

describe('many documents of the embedded jar', () => {
  it('are written each for itself', async () => {
    await ask('PUT', `/${name}/old`, { x: 1 });
    const { status, body } = await ask('POST', `/${name}/_bulk_docs`, { docs: [{ _id: 'new' }, { _id: 'old' }, {}] });
    expect(status).toBe(201);
    expect(body).toEqual([
      { ok: true, id: 'new', rev: expect.any(String) },
      { id: 'old', error: 'conflict', reason: 'Document update conflict.' },
      { ok: true, id: expect.any(String), rev: expect.any(String) },
    ]);
  });

  it('are read by id, known, deleted and unknown ones', async () => {
    await ask('PUT', `/${name}/a`, { x: 1 });
    const { rev } = (await ask('PUT', `/${name}/b`, {})).body as { rev: string };
    await ask('DELETE', `/${name}/b?rev=${rev}`);
    expect((await ask('POST', `/${name}/_all_docs`, { keys: ['b', 'a', 'c'], include_docs: true })).body).toMatchObject(
      {
        rows: [
          { id: 'b', key: 'b', value: { rev: expect.stringMatching(/^2-/), deleted: true }, doc: null },
          { id: 'a', key: 'a', doc: { _id: 'a', x: 1 } },
          { key: 'c', error: 'not_found' },
        ],
      },
    );
    expect((await ask('POST', `/${name}/_bulk_get`, { docs: [{ id: 'a' }, { id: 'c' }] })).body).toMatchObject({
      results: [
        { id: 'a', docs: [{ ok: { x: 1 } }] },
        { id: 'c', docs: [{ error: { error: 'not_found' } }] },
      ],
    });
  });

  it('can be made anew upon a deletion, but not upon an older one', async () => {
    const revs: string[] = [];
    for (const docs of [{ x: 1 }, { _deleted: true }, { x: 2 }, { _deleted: true }]) {
      const latest = revs.at(-1);
      const document = { _id: 'a', ...docs, ...(latest !== undefined && { _rev: latest }) };
      const { body } = await ask('POST', `/${name}/_bulk_docs`, { docs: [document] });
      revs.push((body as { rev: string }[])[0]?.rev ?? '');
    }
    expect(revs.map((rev) => rev.split('-')[0])).toEqual(['1', '2', '3', '4']);
    const late = await ask('POST', `/${name}/_bulk_docs`, { docs: [{ _id: 'a', _rev: revs[1] }] });
    expect(late.body).toMatchObject([{ error: 'conflict' }]);
  });

  it('are listed by range, by GET as by POST', async () => {
    await ask('POST', `/${name}/_bulk_docs`, { docs: ['a', 'b', 'c', 'd'].map((_id) => ({ _id })) });
    expect(await ids({ startkey: 'b', endkey: 'd', inclusive_end: false })).toEqual(['b', 'c']);
    expect(await ids({ start_key: 'b', end_key: 'c' })).toEqual(['b', 'c']);
    expect(await ids({ descending: true, startkey: 'c', limit: 2 })).toEqual(['c', 'b']);
    expect(await ids({ skip: 1, limit: 2 })).toEqual(['b', 'c']);
    expect(await ids({ startkey: 'd', endkey: 'a' })).toEqual([]);
    expect(await ids({ key: 'b' })).toEqual(['b']);
    expect(await ids({ limit: 0 })).toEqual([]);
    const query = `startkey=${encodeURIComponent('"c"')}&include_docs=true`;
    expect((await ask('GET', `/${name}/_all_docs?${query}`)).body).toMatchObject({
      total_rows: 4,
      rows: [{ id: 'c', doc: { _id: 'c' } }, { id: 'd' }],
    });
    expect((await ask('GET', `/${name}/_all_docs?startkey=c`)).status).toBe(400);
  });

  it('appear among the changes', async () => {
    await ask('POST', `/${name}/_bulk_docs`, { docs: [{ _id: '😀' }, { _id: 'b' }] });
    const { body } = await ask('GET', `/${name}/_changes?include_docs=true`);
    expect(body).toMatchObject({ results: [{ id: '😀', seq: 1, doc: { _id: '😀' } }, { id: 'b' }], last_seq: 2 });
    expect((await ask('GET', `/${name}/_changes?since=1`)).body).toMatchObject({ results: [{ id: 'b' }] });
    expect((await ask('GET', `/${name}/_changes?feed=continuous`)).status).toBe(400);
  });

  it('work through nano', async () => {
    const database = nano(server.url).use<{ x: number }>(name);
    const { rev } = await database.insert({ x: 1 }, 'n/1');
    expect(await database.get('n/1')).toMatchObject({ x: 1, _rev: rev });
    expect((await database.list({ include_docs: true })).rows).toHaveLength(1);
    expect((await database.fetch({ keys: ['n/1', 'none'] })).rows).toHaveLength(2);
    expect(await database.bulk({ docs: [{ _id: 'n/2' }] })).toMatchObject([{ ok: true }]);
    expect(await database.head('n/1')).toMatchObject({ etag: `"${rev}"` });
    await database.destroy('n/1', rev);
    await expect(database.get('n/1')).rejects.toMatchObject({ statusCode: 404, error: 'not_found', reason: 'deleted' });
  });
});

describe('ids of the embedded jar', () => {
  const point = fc.constantFrom('a', '\uD7FE', '\uD7FF', '\uE000', '\uFF5E', '\uFFFF', '\u{10000}', '😀', '\u{10FFFF}');
  const id = fc.oneof(
    fc.array(point, { minLength: 1, maxLength: 3 }).map((points) => points.join('')),
    text.filter((any) => any !== '' && !any.startsWith('_')),
  );

  it('are stored under others that sort the same for everybody', () => {
    fc.assert(
      fc.property(id, id, (left, right) => {
        const [storedLeft, storedRight] = [toStoredId(left), toStoredId(right)];
        expect(fromStoredId(storedLeft)).toBe(left);
        expect(storedLeft < storedRight).toBe(compareCodePoints(left, right) < 0);
        expect(compareCodePoints(storedLeft, storedRight) < 0).toBe(compareCodePoints(left, right) < 0);
      }),
      { numRuns: 1000 },
    );
  });

  it('sort by code points, in every range', async () => {
    const stored = fc.sample(id, 60).filter((one, n, all) => all.indexOf(one) === n);
    await ask('POST', `/${name}/_bulk_docs`, { docs: stored.map((_id) => ({ _id })) });
    const sorted = stored.toSorted(compareCodePoints);
    expect(await ids({})).toEqual(sorted);
    expect(await ids({ descending: true })).toEqual(sorted.toReversed());
    for (const [start, end] of fc.sample(fc.tuple(id, id), 30)) {
      const inside = sorted.filter((one) => compareCodePoints(one, start) >= 0 && compareCodePoints(one, end) < 0);
      expect(await ids({ startkey: start, endkey: end, inclusive_end: false })).toEqual(inside);
      expect(await ids({ startkey: start })).toEqual(sorted.filter((one) => compareCodePoints(one, start) >= 0));
    }
  });
});
