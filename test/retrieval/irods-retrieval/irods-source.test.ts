import { BatonTimeoutError } from '../../../retrieval/irods/errors.ts';
import { listRetrievals } from '../../../retrieval/retrieval-log.ts';
import { DeathError, ZoneWorld } from './zone-world.ts';

const CRAM = '/seq/1/a.cram';

let world: ZoneWorld;

beforeEach(() => {
  world = new ZoneWorld();
});

afterEach(() => world.close());

/** Waits until what was just done is to be read. */
function pass(seconds = 10): void {
  world.now += seconds;
}

describe('an update from iRODS', () => {
  it('merges all rows of an object: values as a set, replicas by number, good only those with status 1', async () => {
    const { catalogue } = world;
    catalogue.putObject(CRAM, {
      id: 77,
      replicas: [{ checksum: 'one' }, { status: 0 }, { status: 2 }, { status: 4, checksum: 'four' }],
    });
    pass(3);
    for (const value of ['b', 'a']) catalogue.addAvu(CRAM, { attribute: 'library_id', value });
    catalogue.addAvu(CRAM, { attribute: 'library_id', value: 'a', units: 'x' });
    catalogue.addAvu(CRAM, { attribute: 'type', value: 'cram' });
    pass();
    expect(await world.run()).toMatchObject({ count: 1, stored: 1, woken: 1 });
    const cookie = await world.jar.fetch(CRAM);
    expect([...(cookie?.enrichments ?? [])]).toEqual([
      {
        source: 'irods_update',
        timestamp: new Date((world.now - 10) * 1000).toISOString(),
        metadata: {
          data_id: '77',
          modified_metadata: { library_id: ['a', 'b'], type: ['cram'] },
          modified_replicas: [
            { number: 0, checksum: 'one', up_to_date: true },
            { number: 1, checksum: null, up_to_date: false },
            { number: 2, checksum: null, up_to_date: false },
            { number: 3, checksum: 'four', up_to_date: false },
          ],
        },
      },
    ]);
  });

  it('holds news only, though the overlap is read again with it', async () => {
    world.catalogue.putObject(CRAM, { replicas: [{ checksum: 'c' }] });
    world.catalogue.addAvu(CRAM, { attribute: 'type', value: 'cram' });
    pass();
    await world.run();
    world.catalogue.addAvu(CRAM, { attribute: 'manual_qc', value: '1' });
    pass();
    expect(await world.run()).toMatchObject({ count: 1, source: { rows: 3, seen_before: 2 } });
    expect((await world.updates(CRAM)).at(-1)).toMatchObject({
      modified_metadata: { manual_qc: ['1'] },
      modified_replicas: [],
    });
    pass();
    expect(await world.run()).toMatchObject({ count: 0 });
  });

  it('comes again for a replica that was finished within the second it was begun in', async () => {
    world.catalogue.putObject(CRAM, { replicas: [{ status: 2 }] });
    pass();
    await world.run();
    world.catalogue.setReplica(CRAM, 0, { status: 1, checksum: 'done', at: world.now - 10 });
    await world.run();
    expect((await world.updates(CRAM)).map(({ modified_replicas: replicas }) => replicas)).toEqual(
      expect.arrayContaining([
        [{ number: 0, checksum: null, up_to_date: false }],
        [{ number: 0, checksum: 'done', up_to_date: true }],
      ]),
    );
  });

  it('comes for rows of the second that was read last, and for those committed late', async () => {
    world.catalogue.putObject(CRAM);
    pass(5);
    await world.run();
    world.catalogue.addAvu(CRAM, { attribute: 'same', value: 'second' }, { at: world.now - 5 });
    world.catalogue.addAvu(CRAM, { attribute: 'late', value: 'commit' }, { at: world.now - 60 });
    pass(50);
    await world.run();
    expect((await world.updates(CRAM)).map(({ modified_metadata: avus }) => avus)).toEqual(
      expect.arrayContaining([{ same: ['second'], late: ['commit'] }]),
    );
  });

  it('waits for its time where a row is stamped in the future, and hides nothing', async () => {
    world.catalogue.putObject(CRAM, { at: world.now + 3600 });
    world.catalogue.putObject('/seq/1/b.cram');
    pass();
    expect(await world.run()).toMatchObject({ count: 1 });
    world.catalogue.putObject('/seq/1/c.cram');
    pass();
    expect(await world.run()).toMatchObject({ count: 1 });
    expect(world.woken).toEqual(['/seq/1/b.cram', '/seq/1/c.cram']);
    pass(3600);
    await world.run();
    expect(world.woken.at(-1)).toBe(CRAM);
  });

  it('does not come for the trash, nor for what is excluded or not included', async () => {
    const paths = ['/seq/1/a.cram', '/seq/1/a.bam', '/seq/tmp/x/b.cram', '/seq/1/.git/c.cram', '/seq/1/z.tmp.cram'];
    for (const path of paths) world.catalogue.putObject(path);
    world.catalogue.putObject('/seq/2/old.cram');
    world.catalogue.trash('/seq/2/old.cram');
    pass();
    const config = { include: ['*.cram'], exclude: ['/seq/tmp', '.git', '*.tmp.*'] };
    expect(await world.run({ config })).toMatchObject({ count: 1, source: { left_out: 5 } });
    expect(world.woken).toEqual([CRAM]);
  });

  it('comes for the trash where it is asked for', async () => {
    world.catalogue.putObject(CRAM);
    const trashed = world.catalogue.trash(CRAM);
    pass();
    await world.run({ config: { include: ['/seq/trash/**'] } });
    expect(world.woken).toEqual([trashed]);
  });

  it('is spread over several enrichments where the jar would refuse it as too large', async () => {
    world.catalogue.putObject(CRAM);
    const values = Array.from({ length: 3 }, (_, index) => String(index).repeat(500_000));
    for (const value of values) world.catalogue.addAvu(CRAM, { attribute: 'notes', value });
    pass();
    await world.run();
    const shown = await world.showings(CRAM);
    for (const value of values) expect(shown.get(`notes=${value}`)).toBe(1);
  });

  it('does not come for an object that the jar cannot hold, and holds up no other', async () => {
    world.catalogue.putObject(`/seq/1/${'x'.repeat(5000)}`);
    world.catalogue.putObject(CRAM);
    pass();
    expect(await world.run()).toMatchObject({ count: 1, source: { unusable: 1 } });
    expect(world.warnings).toEqual(['the jar has no place for an object']);
    expect(world.woken).toEqual([CRAM]);
  });
});

describe('reading the catalogue', () => {
  it('begins with `since`, its second included', async () => {
    world.catalogue.putObject('/seq/1/before', { at: 1_599_999_999 });
    world.catalogue.putObject('/seq/1/at', { at: 1_600_000_000 });
    pass();
    await world.run({ config: { since: '2020-09-13T12:26:40Z' } });
    expect(world.woken).toEqual(['/seq/1/at']);
  });

  it('begins with the beginning of the catalogue otherwise, in windows that are never wider than configured', async () => {
    for (const [index, at] of [1, 1_200_000_000, 1_300_000_000, 1_599_000_000].entries())
      world.catalogue.putObject(`/seq/1/${index}`, { at });
    await world.run({ fromTheBeginning: true, config: { window: '365 d' } });
    expect(world.woken).toHaveLength(4);
    const { asked } = world.queries;
    const since2006 = asked.filter(({ after }) => after >= Date.UTC(2006, 0, 1) / 1000);
    expect(Math.max(...since2006.map(({ after, upTo }) => upTo - after))).toBeLessThanOrEqual(365 * 24 * 3600);
    expect(asked.length).toBeLessThan(100);
  });

  it('keeps behind now, by two queries with the same windows', async () => {
    await world.run();
    const { asked } = world.queries;
    expect(Math.max(...asked.map(({ upTo }) => upTo))).toBe(world.now - 5);
    const windowsOf = (alias: string) => asked.filter((one) => one.alias === alias).map(({ upTo }) => upTo);
    expect(windowsOf('dataModifiedPartial')).toEqual(windowsOf('metadataModifiedPartial'));
  });

  it('divides windows that bring too much, down to parts of one second', async () => {
    for (let index = 0; index < 120; index += 1)
      world.catalogue.putObject(`/seq/1/${index}`, { at: index < 60 ? world.now : world.now - 7200 + index * 60 });
    pass();
    expect(await world.run({ rowsAtOnce: 7 })).toMatchObject({ count: 120, stored: 120 });
    expect(world.woken).toHaveLength(120);
  });

  it('divides windows that take too long', async () => {
    for (let index = 0; index < 20; index += 1)
      world.catalogue.putObject(`/seq/1/${index}`, { at: world.now - index * 600 });
    world.queries.before = (alias, { after, upTo }) => {
      if (upTo - after > 1800) throw new BatonTimeoutError(alias, 1);
    };
    pass();
    expect(await world.run()).toMatchObject({ count: 20 });
  });

  it('goes on with one query where the other fails, and merges again when both have come equally far', async () => {
    world.catalogue.putObject(CRAM);
    world.catalogue.addAvu(CRAM, { attribute: 'type', value: 'cram' });
    pass();
    world.queries.before = (alias) => {
      if (alias === 'metadataModifiedPartial') throw new Error('unknown alias');
    };
    await expect(world.run()).rejects.toThrow('unknown alias');
    expect(world.woken).toEqual([CRAM]);
    expect((await listRetrievals(world.documents))[0]).toMatchObject({ count: 1, failure: 'unknown alias' });
    world.queries.before = () => {};
    pass(3600);
    world.catalogue.putObject('/seq/1/b.cram');
    world.catalogue.addAvu('/seq/1/b.cram', { attribute: 'type', value: 'cram' });
    pass();
    await world.run();
    expect(await world.updates(CRAM)).toHaveLength(2);
    expect(await world.updates('/seq/1/b.cram')).toHaveLength(1);
  });

  it('says so when the clock was set back', async () => {
    await world.run();
    pass(-3600);
    await world.run();
    expect(world.warnings).toEqual([expect.stringContaining('clock')]);
  });
});

describe('a retrieval that was down for long', () => {
  it('brings everything of that time', async () => {
    await world.run();
    for (let hour = 0; hour < 72; hour += 1) {
      world.catalogue.putObject(`/seq/1/${hour}`);
      pass(3600);
    }
    world.queries.before = () => {
      throw new Error('server down');
    };
    await expect(world.run()).rejects.toThrow('server down');
    world.queries.before = () => {};
    expect(await world.run()).toMatchObject({ count: 72, stored: 72 });
  });
});

describe('what the jar remembers', () => {
  it('is small, and holds no keys of what is past the overlap', async () => {
    for (let index = 0; index < 3000; index += 1) world.catalogue.putObject(`/seq/1/${index}`);
    pass();
    await world.run();
    expect((await world.stateDocuments()).length).toBeGreaterThan(1);
    pass(120);
    await world.run();
    expect(await world.stateDocuments()).toEqual(['irods-retrieval:IrodsRetrieval:seq']);
    const [state] = [...(await world.documents.read(await world.stateDocuments())).values()];
    expect(JSON.stringify(state).length).toBeLessThan(500);
  });

  it('holds many updates until they are delivered, also those of a run that died, and nothing that it left behind', async () => {
    for (let index = 0; index < 1500; index += 1) world.catalogue.putObject(`/seq/1/${index}`);
    pass();
    for (const diesAt of [2, 3, 5, 9, 300, 900])
      for (const diesAfterStoring of [false, true])
        await expect(world.run({ diesAt, diesAfterStoring })).rejects.toThrow(DeathError);
    await world.run();
    expect(new Set(world.woken).size).toBe(1500);
    for (let index = 0; index < 1500; index += 1) expect(await world.updates(`/seq/1/${index}`)).toHaveLength(1);
    pass(120);
    await world.run();
    expect(await world.stateDocuments()).toEqual(['irods-retrieval:IrodsRetrieval:seq']);
  });
});
