import * as fc from 'fast-check';
import { diffEnrichments } from '../../cookiejar/diff.ts';
import type { Enrichment } from '../../cookiejar/enrichment.ts';
import { DifferentSourcesError } from '../../cookiejar/errors.ts';
import type { JsonObject } from '../../cookiejar/json.ts';
import { instant, metadata } from '../support/jar-arbitraries.ts';

function of(content: JsonObject, source = 'irods'): Enrichment {
  return { source, timestamp: instant(0), metadata: content };
}

describe('diffEnrichments', () => {
  it('names what came, what went, and of what changed both', () => {
    const older = of({ kept: 1, gone: 'x', changed: 1 });
    const newer = of({ kept: 1, come: null, changed: [1] });
    expect(diffEnrichments(older, newer)).toEqual({
      additions: { come: null, changed: [1] },
      deletions: { gone: 'x', changed: 1 },
    });
  });

  it('compares arrays as sets of values', () => {
    const older = of({ study: ['a', 'b', 'b'], replicas: [{ number: 1, ok: true }] });
    const newer = of({ study: ['b', 'c', 'c', 'a'], replicas: [{ ok: true, number: 1 }, { number: 2 }] });
    expect(diffEnrichments(older, newer)).toEqual({
      additions: { study: ['c'], replicas: [{ number: 2 }] },
      deletions: {},
    });
  });

  it('compares objects member by member, however deep', () => {
    const older = of({ avus: { study: ['a'], owner: { name: 'x', id: 1 } } });
    const newer = of({ avus: { study: ['a', 'b'], owner: { name: 'y', id: 1 } } });
    expect(diffEnrichments(older, newer)).toEqual({
      additions: { avus: { study: ['b'], owner: { name: 'y' } } },
      deletions: { avus: { owner: { name: 'x' } } },
    });
  });

  it('looks at chosen keys only', () => {
    expect(diffEnrichments(of({ a: 1, b: 1 }), of({ a: 2, b: 2 }), ['b', 'c'])).toEqual({
      additions: { b: 2 },
      deletions: { b: 1 },
    });
  });

  it('does not take inherited names for members', () => {
    expect(diffEnrichments(of({}), of({ constructor: 1, toString: 2 })).additions).toEqual({
      constructor: 1,
      toString: 2,
    });
  });

  it('refuses enrichments of different sources', () => {
    expect(() => diffEnrichments(of({}, 'a'), of({}, 'b'))).toThrow(DifferentSourcesError);
  });

  it('finds nothing between an enrichment and itself', () => {
    fc.assert(
      fc.property(metadata, (content) => {
        expect(diffEnrichments(of(content), of(structuredClone(content)))).toEqual({ additions: {}, deletions: {} });
      }),
    );
  });

  it('deletes what the opposite comparison adds', () => {
    fc.assert(
      fc.property(metadata, metadata, (left, right) => {
        const there = diffEnrichments(of(left), of(right));
        const back = diffEnrichments(of(right), of(left));
        expect(there.additions).toEqual(back.deletions);
        expect(there.deletions).toEqual(back.additions);
      }),
    );
  });

  it('adds everything to nothing', () => {
    fc.assert(
      fc.property(metadata, (content) => {
        expect(Object.keys(diffEnrichments(of({}), of(content)).additions)).toEqual(Object.keys(content));
      }),
    );
  });
});
