import { Pace } from '../../../pacing/pace.ts';
import { BatonList } from '../../../retrieval/irods/baton-list.ts';
import { SpecificQueries } from '../../../retrieval/irods/specific-queries.ts';
import { BatonZone } from '../../../retrieval/irods/sweep/baton-zone.ts';
import { type IrodsWorld, irodsWorld } from '../../support/irods/irods-world.ts';

const CRAM = '/seq/13240/13240_2#31.cram';
const signal = new AbortController().signal;

/** Counts turns, and gives them all at once. */
class CountedPace extends Pace {
  turns = 0;

  constructor() {
    super({ perSecond: 1e6 });
  }

  override async turn(): Promise<void> {
    this.turns += 1;
  }
}

describe('what is asked of iRODS', () => {
  let world: IrodsWorld;
  let pace: CountedPace;

  beforeEach(() => {
    world = irodsWorld();
    pace = new CountedPace();
  });

  afterEach(() => {
    expect(world.alive()).toEqual([]);
    world.close();
  });

  it('takes a turn of the pace for each listing', async () => {
    const list = new BatonList({ binDir: world.bin, pace });
    await Promise.all([list.list(CRAM), list.listBriefly(CRAM), list.contents('/seq/13240')]);
    await list.close();
    expect(pace.turns).toBe(3);
  });

  it('takes a turn for each query, whatever the number of its rows', async () => {
    const queries = new SpecificQueries({ binDir: world.bin, pace });
    let rows = 0;
    for await (const row of queries.dataModified({ after: 0, upTo: 2147483647 })) rows += row === undefined ? 0 : 1;
    await queries.close();
    expect(rows).toBeGreaterThan(1);
    expect(pace.turns).toBe(1);
  });

  it('takes turns of the same pace for the listings and queries of a sweep', async () => {
    const zone = new BatonZone({ binDir: world.bin, pace, warn: () => {} });
    await zone.list(CRAM, signal);
    await zone.ids('/seq/13240', signal);
    await zone.close();
    expect(pace.turns).toBe(2);
  });

  it('can be called off while it waits for its turn', async () => {
    const slow = new Pace({ perSecond: 0.2 });
    const list = new BatonList({ binDir: world.bin, pace: slow });
    await list.list(CRAM);
    const waiting = list.list(CRAM, { signal: AbortSignal.timeout(20) });
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
    const closed = list.list(CRAM);
    const refused = expect(closed).rejects.toThrow(/closed|ended/);
    await list.close();
    await refused;
  });
});
