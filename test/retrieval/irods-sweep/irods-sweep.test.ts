import { IrodsPathUnavailableError } from '../../../retrieval/irods/errors.ts';
import { SweepWorld } from './sweep-world.ts';

let world: SweepWorld;

beforeEach(() => {
  world = new SweepWorld();
});

afterEach(() => world.close());

const CRAM = '/seq/1/a.cram';

function put(path: string, avus: Readonly<Record<string, readonly string[]>> = {}): number {
  const id = world.catalogue.putObject(path, { replicas: [{ checksum: `sum of ${path}` }] });
  for (const [attribute, values] of Object.entries(avus))
    for (const value of values) world.catalogue.addAvu(path, { attribute, value });
  return id;
}

const instant = (seconds: number): string => new Date(seconds * 1000).toISOString();

describe('a sweep over what the jar knows', () => {
  beforeEach(async () => {
    put(CRAM, { study_id: ['1', '2'], type: ['cram'] });
    put('/seq/1/b.cram');
    put('/seq/2/deep/c.cram', { type: ['cram'] });
    await world.retrieve();
    world.pass(100);
  });

  it('agrees where nothing happened, and stores nothing', async () => {
    const before = await world.updates(CRAM);
    expect(await world.sweep()).toMatchObject({ agreed: 3, changed: 0, gone: 0, new: 0, stored: 0, woken: 0 });
    expect(await world.updates(CRAM)).toEqual(before);
    expect(world.zone.count('ids')).toBe(0);
  });

  it('brings removed metadata: what is left of an attribute, and nothing for one that is gone', async () => {
    world.catalogue.removeAvu(CRAM, { attribute: 'study_id', value: '1' });
    world.catalogue.removeAvu(CRAM, { attribute: 'type', value: 'cram' });
    expect(await world.sweep()).toMatchObject({ agreed: 2, changed: 1, stored: 1, woken: 1 });
    expect((await world.updates(CRAM)).at(-1)).toEqual({
      data_id: String(world.catalogue.idOf(CRAM)),
      modified_metadata: { study_id: ['2'], type: [] },
      modified_replicas: [],
      swept: instant(world.zoneWorld.now),
    });
    const cookie = await world.zoneWorld.jar.fetch(CRAM);
    expect(cookie?.enrichments.mostRecent('irods_update')?.timestamp).toBe(instant(world.zoneWorld.now));
  });

  it('brings metadata that was changed in place', async () => {
    world.catalogue.setAvu(CRAM, { attribute: 'manual_qc', value: '0' });
    await world.retrieve();
    world.catalogue.setAvu(CRAM, { attribute: 'manual_qc', value: '1' });
    await world.retrieve();
    expect(await world.sweep()).toMatchObject({ agreed: 2, changed: 1 });
    expect((await world.updates(CRAM)).at(-1)).toMatchObject({ modified_metadata: { manual_qc: ['1'] } });
  });

  it('brings replicas that changed unseen, and those that are gone as removed and not up to date', async () => {
    world.catalogue.addReplica(CRAM, { number: 1, checksum: 'second' });
    await world.retrieve();
    world.catalogue.setReplica(CRAM, 0, { status: 0, at: 1 });
    world.catalogue.removeReplica(CRAM, 0);
    world.catalogue.setReplica(CRAM, 1, { checksum: 'other', at: 1 });
    await world.sweep();
    expect((await world.updates(CRAM)).at(-1)?.['modified_replicas']).toEqual([
      { number: 0, checksum: null, up_to_date: false, removed: true },
      { number: 1, checksum: 'other', up_to_date: true },
    ]);
  });

  it('says once that an object is gone, and never deletes its cookie', async () => {
    world.catalogue.remove(CRAM);
    expect(await world.sweep()).toMatchObject({ agreed: 2, gone: 1, changed: 0, stored: 1 });
    expect((await world.updates(CRAM)).at(-1)).toMatchObject({
      deleted: true,
      code: -310_000,
      reason: expect.stringContaining('does not exist'),
      modified_metadata: {},
      modified_replicas: [],
    });
    world.pass(100);
    expect(await world.sweep()).toMatchObject({ agreed: 2, gone: 0, stored: 0, woken: 0 });
    expect(await world.identifiers()).toContain(CRAM);
    expect(await world.sweepDocuments()).toEqual(['irods-sweep:IrodsSweep']);
  });

  it('only counts what is gone where it is told so', async () => {
    world.catalogue.remove(CRAM);
    expect(await world.sweep({ config: { gone: 'report' } })).toMatchObject({ gone: 1, stored: 0, woken: 0 });
  });

  it('says that an object in the trash is gone, as the trash is not looked into', async () => {
    world.catalogue.trash(CRAM);
    await world.retrieve();
    expect(await world.sweep()).toMatchObject({ gone: 1, new: 0 });
  });

  it('says everything of a whole collection that is gone', async () => {
    for (let index = 0; index < 250; index += 1) put(`/seq/3/${index % 7}/${index}.cram`);
    await world.retrieve();
    for (let index = 0; index < 250; index += 1) world.catalogue.remove(`/seq/3/${index % 7}/${index}.cram`);
    world.catalogue.removeCollection('/seq/3');
    expect(await world.sweep()).toMatchObject({ agreed: 3, gone: 250, stored: 250 });
  });

  it('says that an object is there again, with all that it has', async () => {
    world.catalogue.remove(CRAM);
    await world.sweep();
    const id = world.catalogue.putObject(CRAM, { at: 1, replicas: [{ checksum: 'back' }] });
    world.catalogue.addAvu(CRAM, { attribute: 'type', value: 'cram' }, { at: 1 });
    world.pass(100);
    expect(await world.sweep()).toMatchObject({ returned: 1, agreed: 2, changed: 0, new: 0 });
    expect((await world.updates(CRAM)).at(-1)).toMatchObject({
      deleted: false,
      data_id: String(id),
      modified_metadata: { type: ['cram'] },
      modified_replicas: [{ number: 0, checksum: 'back', up_to_date: true }],
    });
    world.pass(100);
    expect(await world.sweep()).toMatchObject({ returned: 0, agreed: 3, stored: 0 });
  });

  it('brings objects that no query showed', async () => {
    const id = world.catalogue.putObject('/seq/2/backdated.cram', { at: 1 });
    expect(await world.sweep()).toMatchObject({ new: 1, agreed: 3, stored: 1, woken: 1 });
    expect(await world.updates('/seq/2/backdated.cram')).toMatchObject([
      { data_id: String(id), modified_metadata: {}, modified_replicas: [{ number: 0, checksum: null }] },
    ]);
  });

  it('brings the rest of an object that a retrieval knows only in part', async () => {
    world.catalogue.putObject('/seq/2/partly.cram', { at: 1 });
    world.catalogue.addAvu('/seq/2/partly.cram', { attribute: 'old', value: 'x' }, { at: 1 });
    world.catalogue.addAvu('/seq/2/partly.cram', { attribute: 'young', value: 'y' });
    await world.retrieve();
    await world.sweep();
    expect(await world.updates('/seq/2/partly.cram')).toMatchObject([
      { modified_metadata: { young: ['y'] } },
      { modified_metadata: { old: ['x'] }, modified_replicas: [{ number: 0 }] },
    ]);
  });

  it.each([
    ['within a collection', '/seq/1/renamed.cram'],
    ['before it in the order of paths', '/seq/0/a.cram'],
    ['into a deeper collection', '/seq/1/deep/er/a.cram'],
  ])('recognises an object that was renamed %s, on both paths', async (_, path) => {
    world.catalogue.rename(CRAM, path);
    expect(await world.sweep()).toMatchObject({
      renamed: 1,
      gone: 0,
      new: 0,
      changed: 0,
      agreed: 2,
      stored: 2,
      woken: 2,
    });
    const dataId = String(world.catalogue.idOf(path));
    expect((await world.updates(CRAM)).at(-1)).toMatchObject({ data_id: dataId, renamed_to: path });
    expect((await world.updates(path)).at(-1)).toMatchObject({
      data_id: dataId,
      renamed_from: CRAM,
      modified_metadata: { study_id: ['1', '2'], type: ['cram'] },
      modified_replicas: [{ number: 0, checksum: `sum of ${CRAM}` }],
    });
    world.pass(100);
    expect(await world.sweep()).toMatchObject({ renamed: 0, gone: 0, agreed: 3, stored: 0 });
  });

  it('recognises a renamed object that a retrieval has met already', async () => {
    world.catalogue.rename(CRAM, '/seq/2/moved.cram');
    await world.retrieve();
    expect(await world.updates('/seq/2/moved.cram')).toHaveLength(1);
    expect(await world.sweep()).toMatchObject({ renamed: 1, gone: 0, agreed: 2 });
    expect((await world.updates('/seq/2/moved.cram')).at(-1)).toMatchObject({
      renamed_from: CRAM,
      modified_metadata: { study_id: ['1', '2'], type: ['cram'] },
    });
  });

  it('recognises all objects of a renamed collection', async () => {
    world.catalogue.renameCollection('/seq/2', '/seq/0');
    expect(await world.sweep()).toMatchObject({ renamed: 1, gone: 0, agreed: 2 });
    expect((await world.updates('/seq/2/deep/c.cram')).at(-1)).toMatchObject({ renamed_to: '/seq/0/deep/c.cram' });
  });

  it('recognises an object that was renamed back', async () => {
    world.catalogue.rename(CRAM, '/seq/1/other.cram');
    await world.sweep();
    world.catalogue.rename('/seq/1/other.cram', CRAM);
    world.pass(100);
    expect(await world.sweep()).toMatchObject({ renamed: 1, agreed: 2 });
    expect((await world.updates(CRAM)).at(-1)).toMatchObject({
      deleted: false,
      renamed_from: '/seq/1/other.cram',
      modified_metadata: { study_id: ['1', '2'], type: ['cram'] },
    });
    world.pass(100);
    expect(await world.sweep()).toMatchObject({ agreed: 3, stored: 0 });
  });

  it('takes a renamed object for a new one, and the old one for gone, where ids cannot be had', async () => {
    world.zone.knowsIds = false;
    world.catalogue.rename(CRAM, '/seq/1/renamed.cram');
    expect(await world.sweep()).toMatchObject({ renamed: 0, gone: 1, new: 1, agreed: 2 });
    expect(await world.sweep()).toMatchObject({ gone: 0, new: 0, agreed: 3, stored: 0 });
  });

  it('knows that another object lies at a path, and says all of it', async () => {
    world.catalogue.remove(CRAM);
    const id = world.catalogue.putObject(CRAM, { at: 1, replicas: [{ checksum: 'another' }] });
    expect(await world.sweep()).toMatchObject({ changed: 1, agreed: 2 });
    expect((await world.updates(CRAM)).at(-1)).toMatchObject({
      data_id: String(id),
      modified_metadata: {},
      modified_replicas: [{ number: 0, checksum: 'another' }],
    });
    expect(await world.known(CRAM)).toMatchObject({ dataId: String(id), attributes: new Map() });
  });

  it('does not take what may not be read any more for gone', async () => {
    world.zone.hidden.add(CRAM);
    expect(await world.sweep()).toMatchObject({ unreadable: 1, gone: 0, agreed: 2, stored: 0 });
    world.zone.hidden.add('/seq/2/deep');
    expect(await world.sweep()).toMatchObject({ unreadable: 2, gone: 0, agreed: 1, stored: 0 });
  });

  it('says nothing of what lies in a collection that cannot be listed', async () => {
    world.zone.before = ({ what, path }) => {
      if (what === 'contents' && path === '/seq/2') throw new IrodsPathUnavailableError('no', { code: -310_000 });
    };
    expect(await world.sweep()).toMatchObject({ unreadable: 1, gone: 0, agreed: 2, stored: 0 });
  });

  it('fails where a collection that it is to walk cannot be listed, instead of taking all for gone', async () => {
    await expect(world.sweep({ config: { collections: ['/seq', '/sec/1'] } })).rejects.toThrow(
      'collections: /sec/1 cannot be swept',
    );
    expect(await world.updates(CRAM)).toHaveLength(1);
  });

  it('leaves objects alone that are being written, and compares the replicas when they are finished', async () => {
    world.catalogue.addReplica(CRAM, { number: 1, status: 2, checksum: null }, { at: 1 });
    expect(await world.sweep()).toMatchObject({ agreed: 3, stored: 0 });
    world.catalogue.setReplica(CRAM, 0, { status: 4, at: 1 });
    expect(await world.sweep()).toMatchObject({ agreed: 2, unreadable: 1, gone: 0, stored: 0 });
  });

  it('looks only at what is wanted', async () => {
    world.catalogue.remove(CRAM);
    world.catalogue.removeAvu('/seq/2/deep/c.cram', { attribute: 'type', value: 'cram' });
    const config = { include: ['*.cram'], exclude: ['/seq/2', 'a.*'] };
    expect(await world.sweep({ config })).toMatchObject({ agreed: 1, changed: 0, gone: 0, stored: 0 });
    expect(world.zone.asked.map(({ path }) => path)).not.toContain('/seq/2');
    expect(await world.sweep({ config: { collections: ['/seq/2', '/seq/2/deep'] } })).toMatchObject({
      changed: 1,
      agreed: 0,
      gone: 0,
    });
  });

  it('leaves cookies alone that are no iRODS objects, or whose paths are none', async () => {
    const enrichments = [{ source: 'pushed', timestamp: '2026-01-01T00:00:00.000Z', metadata: {} }];
    await world.zoneWorld.jar.enrich([{ identifier: '/seq/1/pushed', enrichments }]);
    const update = [{ source: 'irods_update', timestamp: '2026-01-01T00:00:00.000Z', metadata: { data_id: 7 } }];
    await world.zoneWorld.jar.enrich([{ identifier: '/seq/1//odd/./path', enrichments: update }]);
    expect(await world.sweep()).toMatchObject({ agreed: 3, gone: 0, stored: 0 });
  });

  it('does not say that something is lost that was put on an object meanwhile', async () => {
    let times = 0;
    world.zone.after = async ({ what, path }) => {
      if (what !== 'list' || path !== CRAM) return;
      times += 1;
      if (times > 1) return;
      world.catalogue.addAvu(CRAM, { attribute: 'late', value: 'x' });
      await world.retrieve();
    };
    world.catalogue.removeAvu(CRAM, { attribute: 'type', value: 'cram' });
    expect(await world.sweep()).toMatchObject({ changed: 1, agreed: 2 });
    expect(times).toBe(2);
    expect((await world.updates(CRAM)).at(-1)).toMatchObject({ modified_metadata: { type: [] } });
    expect((await world.known(CRAM))?.attributes.get('late')).toEqual(new Set(['x']));
  });

  it('does not say that an object is gone that was put there after its listing', async () => {
    world.catalogue.remove(CRAM);
    let done = false;
    world.zone.afterMissing = async (path) => {
      if (path !== CRAM || done) return;
      done = true;
      put(CRAM);
      await world.retrieve();
    };
    expect(await world.sweep()).toMatchObject({ gone: 0 });
    expect(done).toBe(true);
    expect(await world.known(CRAM)).toMatchObject({ gone: false });
  });

  it('does not say that an object is gone that comes while it looks', async () => {
    world.catalogue.remove(CRAM);
    let done = false;
    world.zone.before = async ({ what, path }) => {
      if (what !== 'list' || path !== '/seq/2/deep/c.cram' || done) return;
      done = true;
      put(CRAM);
      await world.retrieve();
    };
    expect(await world.sweep()).toMatchObject({ gone: 0 });
  });

  it('compares again what the jar heard of meanwhile, and leaves it to the next sweep where that goes on', async () => {
    let times = 0;
    world.catalogue.removeAvu(CRAM, { attribute: 'type', value: 'cram' });
    world.zone.before = async ({ what, path }) => {
      if (what !== 'list' || path !== CRAM) return;
      times += 1;
      world.catalogue.addAvu(CRAM, { attribute: 'step', value: String(times) });
      await world.retrieve();
    };
    expect(await world.sweep()).toMatchObject({ postponed: 1, changed: 0, agreed: 2 });
    expect(times).toBe(3);
    world.zone.before = () => {};
    expect(await world.sweep()).toMatchObject({ changed: 1, agreed: 2 });
  });

  it('needs no more than the names and a listing of each object', async () => {
    await world.sweep();
    expect([world.zone.count('contents'), world.zone.count('list'), world.zone.count('ids')]).toEqual([9, 3, 0]);
  });
});

describe('odd and large zones', () => {
  it('take any name', async () => {
    const names = [
      "it's",
      'a "b"',
      'ünï çødé',
      'a\nb',
      'x#1',
      '%41',
      '\u{1F36A}',
      '\u{FFFD}',
      ' ',
      '\\',
      '[x]',
      '{a,b}',
      'a.b',
      'a',
    ];
    const paths = names.flatMap((name) => [
      `/seq/${name}x/${name}`,
      `/seq/${name}x.c`,
      `/seq/${'deep/'.repeat(20)}${name}`,
    ]);
    for (const path of paths) put(path, { name: [path] });
    await world.retrieve();
    expect(await world.sweep()).toMatchObject({ agreed: paths.length, stored: 0 });
    for (const path of paths) world.catalogue.removeAvu(path, { attribute: 'name', value: path });
    expect(await world.sweep()).toMatchObject({ changed: paths.length });
    for (const path of paths) world.catalogue.rename(path, `${path} renamed`);
    expect(await world.sweep()).toMatchObject({ renamed: paths.length, gone: 0, new: 0 });
    for (const path of paths) world.catalogue.remove(`${path} renamed`);
    expect(await world.sweep()).toMatchObject({ gone: paths.length, agreed: 0 });
    expect(await world.sweep()).toMatchObject({ gone: 0, stored: 0 });
  });

  it('spread what is too much for one enrichment over several', async () => {
    put(CRAM);
    for (let index = 0; index < 30; index += 1)
      world.catalogue.addAvu(CRAM, { attribute: `a${index}`, value: `${index}`.repeat(30_000) }, { at: 1 });
    expect(await world.sweep()).toMatchObject({ new: 1, stored: 2 });
    expect((await world.known(CRAM))?.attributes.size).toBe(30);
    world.pass(100);
    expect(await world.sweep()).toMatchObject({ agreed: 1, stored: 0 });
  });

  it('jump over collections that have been listed by themselves', async () => {
    world.catalogue.together(() => {
      for (let index = 0; index < 1500; index += 1) world.catalogue.putObject(`/seq/big/${index}`);
    });
    put('/seq/big.cram');
    put('/seq/zz/a.cram');
    await world.retrieve();
    world.catalogue.remove('/seq/zz/a.cram');
    world.catalogue.remove('/seq/big/700');
    expect(await world.sweep()).toMatchObject({ agreed: 1500, gone: 2 });
  });
});
