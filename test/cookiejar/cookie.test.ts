import * as fc from 'fast-check';
import { Cookie } from '../../cookiejar/cookie.ts';
import { EnrichmentCollection } from '../../cookiejar/enrichment-collection.ts';
import { enrichment, instant } from '../support/jar-arbitraries.ts';

const SIZE_1 = { source: 'folder_update', timestamp: instant(1), metadata: { size: 1 } };
const SIZE_2 = { source: 'folder_update', timestamp: instant(3), metadata: { size: 2 } };
const TYPE = { source: 'media_type', timestamp: instant(2), metadata: { type: 'text/plain', tags: ['x'] } };

describe('Cookie', () => {
  it('is called by its identifier and by its path', () => {
    const cookie = new Cookie('/a/b');
    expect([cookie.identifier, cookie.path]).toEqual(['/a/b', '/a/b']);
  });

  it('crosses a thread as plain data', () => {
    const cookie = new Cookie('/a', [SIZE_1, TYPE]);
    const copy = Cookie.from(structuredClone(cookie.toJSON()));
    expect(JSON.stringify(copy)).toBe(JSON.stringify(cookie));
    expect([...copy.enrichments]).toEqual([SIZE_1, TYPE]);
  });

  it('cannot be changed, however deep', () => {
    const cookie = new Cookie('/a', [TYPE]);
    const [type] = cookie.enrichments;
    expect(() => Object.assign(cookie, { identifier: '/b' })).toThrow(TypeError);
    expect(() => Object.assign(type?.metadata ?? {}, { type: 'x' })).toThrow(TypeError);
    expect(() => Object.assign(type?.metadata['tags'] ?? {}, { 0: 'y' })).toThrow(TypeError);
    expect(() => Object.assign(cookie.enrichments.fromSource('media_type'), { 0: SIZE_1 })).not.toThrow();
    expect([...cookie.enrichments]).toEqual([TYPE]);
  });

  it('leaves what it was made of as it was', () => {
    const metadata = { tags: ['x'] };
    const cookie = new Cookie('/a', [{ ...TYPE, metadata }]);
    metadata.tags.push('y');
    expect(cookie.enrichments.mostRecent('media_type')?.metadata).toEqual({ tags: ['x'] });
  });
});

describe('EnrichmentCollection', () => {
  const collection = new EnrichmentCollection([SIZE_2, TYPE, SIZE_1]);

  it('is in time order', () => {
    expect([...collection]).toEqual([SIZE_1, TYPE, SIZE_2]);
    expect(collection).toHaveLength(3);
  });

  it('gives the enrichments of one source as an array', () => {
    expect(collection.fromSource('folder_update')).toEqual([SIZE_1, SIZE_2]);
    expect(collection.fromSource('none')).toEqual([]);
  });

  it('gives the most recent enrichment of a source', () => {
    expect(collection.mostRecent('folder_update')).toEqual(SIZE_2);
    expect(collection.mostRecent('none')).toBeUndefined();
  });

  it('names its sources', () => {
    expect(collection.sources()).toEqual(['folder_update', 'media_type']);
  });

  it('compares two of its enrichments', () => {
    expect(collection.diff(SIZE_1, SIZE_2)).toEqual({ additions: { size: 2 }, deletions: { size: 1 } });
  });

  it('is the same whatever the order in which it was given', () => {
    fc.assert(
      fc.property(
        fc
          .array(enrichment)
          .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          expect([...new EnrichmentCollection(shuffled)]).toEqual([...new EnrichmentCollection(list)]);
        },
      ),
    );
  });
});
