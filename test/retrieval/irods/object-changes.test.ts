import fc from 'fast-check';
import type { DataRow, MetadataRow } from '../../../retrieval/irods/catalogue-rows.ts';
import { ObjectChanges } from '../../../retrieval/irods/object-changes.ts';
import type { Update } from '../../../retrieval/update-source.ts';

type Row = DataRow | MetadataRow;

const common = {
  path: fc.constantFrom('/seq/1/a.cram', '/seq/1/b.cram', '/seq/2/a.cram'),
  dataId: fc.constantFrom('10001', '10002', '10003'),
  modified: fc.integer({ min: 1402406000, max: 1402406009 }),
};
const dataRow: fc.Arbitrary<DataRow> = fc.record({
  ...common,
  replica: fc.integer({ min: 0, max: 2 }),
  checksum: fc.constantFrom(null, 'a', 'b'),
  upToDate: fc.boolean(),
});
const metadataRow: fc.Arbitrary<MetadataRow> = fc.record({
  ...common,
  metaId: fc.constantFrom('1', '2'),
  attribute: fc.constantFrom('sample', 'study_id', 'toString', '__proto__'),
  value: fc.constantFrom('1', '2', '3'),
  units: fc.constant(null),
});
const rows: fc.Arbitrary<Row[]> = fc.array(fc.oneof(dataRow, metadataRow), { maxLength: 30 });

function merge(all: readonly Row[]): Update[] {
  const changes = new ObjectChanges();
  for (const row of all) {
    if ('replica' in row) changes.addData(row);
    else changes.addMetadata(row);
  }
  return changes.updates();
}

const data = (change: Partial<DataRow>): DataRow => ({
  path: '/seq/1/a.cram',
  dataId: '10001',
  replica: 0,
  checksum: null,
  upToDate: true,
  modified: 1402406000,
  ...change,
});
const metadata = (change: Partial<MetadataRow>): MetadataRow => ({
  path: '/seq/1/a.cram',
  dataId: '10001',
  metaId: '1',
  attribute: 'sample',
  value: 's1',
  units: null,
  modified: 1402406000,
  ...change,
});

describe('rows of one window, merged', () => {
  it('makes one update of all that the rows say of one object', () => {
    const updates = merge([
      metadata({ value: 's2', modified: 1402406003 }),
      data({ replica: 1, upToDate: false, checksum: 'c' }),
      metadata({ value: 's1' }),
      metadata({ value: 's1' }),
      data({ replica: 0 }),
      metadata({ attribute: 'lane', value: '2' }),
    ]);
    expect(updates).toEqual([
      {
        target: '/seq/1/a.cram',
        timestamp: '2014-06-10T13:13:23.000Z',
        metadata: {
          data_id: '10001',
          modified_metadata: { lane: ['2'], sample: ['s1', 's2'] },
          modified_replicas: [
            { number: 0, checksum: null, up_to_date: true },
            { number: 1, checksum: 'c', up_to_date: false },
          ],
        },
      },
    ]);
  });

  it('knows an object that was renamed meanwhile by its id, and has it where the newest row says', () => {
    const updates = merge([data({ path: '/seq/2/new.cram', modified: 1402406009 }), metadata({})]);
    expect(updates.map(({ target }) => target)).toEqual(['/seq/2/new.cram']);
  });

  it('takes the newer of two rows about one replica', () => {
    const [update] = merge([data({ checksum: 'new', modified: 1402406002 }), data({ checksum: 'old' })]);
    expect(update?.metadata['modified_replicas']).toEqual([{ number: 0, checksum: 'new', up_to_date: true }]);
  });

  it('does not depend on the order of the rows, nor on how often they come', () => {
    fc.assert(
      fc.property(rows, fc.infiniteStream(fc.nat()), (all, places) => {
        const mixed = [...all, ...all].map((row) => ({ row, place: places.next().value ?? 0 }));
        const shuffled = mixed.toSorted((a, b) => a.place - b.place).map(({ row }) => row);
        expect(merge(shuffled)).toEqual(merge(all));
      }),
    );
  });

  it('has every object once, oldest first, with the time stamp of its newest row', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const updates = merge(all);
        const ids = updates.map(({ metadata: { data_id: id } }) => id);
        expect(new Set(ids)).toEqual(new Set(all.map(({ dataId }) => dataId)));
        expect(ids).toHaveLength(new Set(ids).size);
        const stamps = updates.map(({ timestamp }) => timestamp);
        expect(stamps).toEqual(stamps.toSorted());
        for (const {
          timestamp,
          metadata: { data_id: id },
        } of updates) {
          const newest = Math.max(...all.filter(({ dataId }) => dataId === id).map(({ modified }) => modified));
          expect(Date.parse(timestamp)).toBe(newest * 1000);
        }
      }),
    );
  });

  it('has no attribute that the jar would refuse', () => {
    const [update] = merge([metadata({ attribute: '__proto__' }), metadata({})]);
    expect(Object.keys(update?.metadata['modified_metadata'] ?? {})).toEqual(['sample']);
  });
});
