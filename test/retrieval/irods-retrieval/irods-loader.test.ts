import { readFileSync } from 'node:fs';
import { Cookie } from '../../../cookiejar/cookie.ts';
import type { Enrichment } from '../../../cookiejar/enrichment.ts';
import type { JsonObject } from '../../../cookiejar/json.ts';
import type { IrodsReader } from '../../../rulebook/authoring/context.ts';
import { IrodsConnectionError, IrodsPathUnavailableError } from '../../../retrieval/irods/errors.ts';
import { type Evaluation, evaluation } from '../../support/rules-evaluation.ts';

const LOADER = readFileSync(new URL('../../../rules/irods/irods.loader.ts', import.meta.url), 'utf8');
const CRAM = '/seq/1/a.cram';

function change(second: number): Enrichment {
  return { source: 'irods_update', timestamp: `2026-01-05T06:00:0${second}.000Z`, metadata: { data_id: '7' } };
}

/** The loader in threads, over listings as given. */
async function loading(list?: IrodsReader['list']): Promise<Evaluation> {
  const jar = { fetch: async () => Promise.resolve(undefined) };
  const services = list === undefined ? { jar } : { jar, irods: { list } };
  return evaluation({ 'irods.loader.ts': LOADER }, { services });
}

async function load({ evaluator, hash }: Evaluation, cookie: Cookie): Promise<Cookie> {
  const timestamp = '2026-01-05T07:00:00.000Z';
  const loaded = await evaluator.load({ rulebook: hash, loader: 'irods', cookie, timestamp });
  return new Cookie(cookie.identifier, [...cookie.enrichments, loaded]);
}

describe('the iRODS loader', () => {
  it('brings the listing once for each change that was heard of', async () => {
    const asked: string[] = [];
    await using world = await loading(async (path): Promise<JsonObject> => {
      asked.push(path);
      return Promise.resolve({ collection: '/seq/1', data_object: 'a.cram', size: 3, avus: [] });
    });
    const changed = new Cookie(CRAM, [change(1)]);
    expect(await world.judge(changed)).toMatchObject({ nextLoader: 'irods' });
    const loaded = await load(world, changed);
    expect(loaded.enrichments.mostRecent('irods')?.metadata).toEqual({
      collection: '/seq/1',
      data_object: 'a.cram',
      size: 3,
      avus: [],
      after_updates: 1,
    });
    expect((await world.judge(loaded)).nextLoader).toBeUndefined();
    const again = new Cookie(CRAM, [...loaded.enrichments, change(2)]);
    expect(await world.judge(again)).toMatchObject({ nextLoader: 'irods' });
    const listedTwice = await load(world, again);
    expect((await world.judge(listedTwice)).nextLoader).toBeUndefined();
    expect(asked).toEqual([CRAM, CRAM]);
    const inTheSameSecond = { ...change(2), metadata: { data_id: '7', modified_metadata: { late: ['1'] } } };
    expect(await world.judge(new Cookie(CRAM, [...listedTwice.enrichments, inTheSameSecond]))).toMatchObject({
      nextLoader: 'irods',
    });
  });

  it('says so where an object is missing or may not be read, and does not ask again', async () => {
    await using world = await loading(async (path) =>
      Promise.reject(new IrodsPathUnavailableError(`${path}: does not exist`, { code: -310_000 })),
    );
    const loaded = await load(world, new Cookie(CRAM, [change(1)]));
    expect(loaded.enrichments.mostRecent('irods')?.metadata).toEqual({
      missing: true,
      code: -310_000,
      reason: `${CRAM}: does not exist`,
      after_updates: 1,
    });
    expect((await world.judge(loaded)).nextLoader).toBeUndefined();
  });

  it('fails where the server cannot be reached, so that it is tried again', async () => {
    await using world = await loading(async () =>
      Promise.reject(new IrodsConnectionError('no connection', { code: -305_111 })),
    );
    await expect(load(world, new Cookie(CRAM, [change(1)]))).rejects.toThrow('no connection');
  });

  it('keeps out of the way of cookies that are no iRODS objects, and where there is no iRODS', async () => {
    await using without = await loading();
    expect((await without.judge(new Cookie(CRAM, [change(1)]))).nextLoader).toBeUndefined();
    await using world = await loading(async () => Promise.resolve({}));
    expect((await world.judge(new Cookie('/data/file', []))).nextLoader).toBeUndefined();
  });
});
