import fc from 'fast-check';
import { Families } from '../../similarity/families/families.ts';

type Edge = readonly [node: number, neighbour: number, rank: number];

function ids(count: number): string[] {
  return Array.from({ length: count }, (_, node) => String.fromCodePoint(97 + node));
}

function families(count: number, edges: readonly Edge[]): Families {
  return new Families({ ids: ids(count), visit: (visitor) => edges.forEach((edge) => visitor(...edge)) });
}

/** Families by hand: labels spread along edges until nothing changes. */
function labels(count: number, edges: readonly Edge[]): number[] {
  const label = Array.from({ length: count }, (_, node) => node);
  for (let round = 0; round < count; round += 1) {
    for (const [one, other] of edges) {
      const lower = Math.min(label[one] ?? 0, label[other] ?? 0);
      [label[one], label[other]] = [lower, lower];
    }
  }
  return label;
}

const COUNT = 16;
const anyEdges = fc.array(
  fc
    .tuple(fc.nat({ max: COUNT - 1 }), fc.nat({ max: COUNT - 1 }), fc.nat({ max: 3 }))
    .filter(([one, other]) => one !== other),
  { maxLength: 20 },
);

describe('Families', () => {
  it('are what hangs together by any edges, the largest first, each with its name first', () => {
    fc.assert(
      fc.property(anyEdges, (edges) => {
        const label = labels(COUNT, edges);
        const expected = [...new Set(label)]
          .map((root) => ids(COUNT).filter((_, node) => label[node] === root))
          .filter((members) => members.length > 1);
        const found = families(COUNT, edges).list({ members: COUNT });
        expect(found.map(({ members }) => members.toSorted().join('')).toSorted()).toEqual(
          expected.map((members) => members.join('')).toSorted(),
        );
        for (const { name, size, members } of found) expect([members[0], members.length]).toEqual([name, size]);
        const order = found.map(({ size, name }) => `${100 - size} ${name}`);
        expect(order).toEqual(order.toSorted());
      }),
    );
  });

  it('tell of each member the family that it is in, and of others none', () => {
    fc.assert(
      fc.property(anyEdges, (edges) => {
        const all = families(COUNT, edges);
        const byMember = new Map(
          all.list({ members: COUNT }).flatMap((family) => family.members.map((id) => [id, family])),
        );
        for (const id of [...ids(COUNT), 'nobody', '']) {
          expect(all.of(id, { members: COUNT })).toEqual(byMember.get(id));
        }
      }),
    );
  });

  it('are named by whom most have among their neighbours, then the highest ranks, then the first id', () => {
    const most: Edge[] = [
      [0, 2, 10],
      [1, 2, 10],
      [2, 0, 99],
    ];
    expect(families(3, most).list({ members: 1 })).toEqual([{ name: 'c', size: 3, members: ['c'] }]);
    const ranks: Edge[] = [
      [0, 1, 70],
      [1, 0, 70],
      [1, 2, 80],
      [2, 1, 0],
      [2, 0, 20],
    ];
    expect(families(3, ranks).of('a', { members: 2 })).toEqual({ name: 'a', size: 3, members: ['a', 'b'] });
    const equal: Edge[] = [
      [0, 1, 5],
      [1, 0, 5],
    ];
    expect(families(2, equal).list({ members: 5 })).toEqual([{ name: 'a', size: 2, members: ['a', 'b'] }]);
  });

  it('are as many as asked for, with as many members', () => {
    const edges = Array.from({ length: 8 }, (_, node): Edge => [2 * node, 2 * node + 1, 1]);
    const all = families(COUNT, [...edges, [0, 2, 1]]);
    expect(all.list({ limit: 2, members: 3 }).map(({ size, members }) => [size, members.length])).toEqual([
      [4, 3],
      [2, 2],
    ]);
    expect(families(3, []).list({ members: 1 })).toEqual([]);
  });

  it('hold a chain of a hundred thousand together', () => {
    const count = 100_000;
    const names = Array.from({ length: count }, (_, node) => String(node).padStart(6, '0'));
    const chain = new Families({
      ids: names,
      visit: (visitor) => names.forEach((_, node) => node > 0 && visitor(node, node - 1, 1)),
    });
    expect(chain.list({ members: 1 })).toEqual([{ name: '000000', size: count, members: ['000000'] }]);
  });
});
