import { Cookie } from '../../cookiejar/cookie.ts';
import type { JsonObject } from '../../cookiejar/json.ts';
import { factsOf } from '../../similarity/analysis/cookie-facts.ts';
import { configOf } from './analysis-ground.ts';

const ONE = '3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C';
const OTHER = '3:AXGBicFlIHBGcL6wCrFQEv:AXGH6xLsr2Cx';

function cookie(...enrichments: [source: string, metadata: JsonObject][]): Cookie {
  return new Cookie(
    '/a',
    enrichments.map(([source, metadata], at) => ({ source, metadata, timestamp: `2026-01-05T06:00:0${at}.000Z` })),
  );
}

describe('What a cookie is compared by', () => {
  it('is the newest digest, with the media type in lower case and without parameters', () => {
    const known = cookie(
      ['digests', { ssdeep: OTHER }],
      ['digests', { ssdeep: ONE, media_type: 'Text/Plain; charset=x' }],
    );
    expect(factsOf(known, configOf())).toEqual({ identifier: '/a', type: 'text/plain', digest: ONE });
  });

  it('is nothing where there is no digest, or one that says nothing', () => {
    expect(factsOf(cookie(['digests', { media_type: 'text/plain' }]), configOf())).toBeUndefined();
    expect(factsOf(cookie(['digests', { ssdeep: '3::' }]), configOf())).toBeUndefined();
    expect(factsOf(cookie(['digests', { ssdeep: 'no digest' }]), configOf())).toBeUndefined();
    expect(factsOf(cookie(['digests', { ssdeep: null }]), configOf())).toBeUndefined();
  });

  it('leaves out the file name that ssdeep writes behind a digest', () => {
    expect(factsOf(cookie(['digests', { ssdeep: `${ONE},"a.txt"` }]), configOf())?.digest).toBe(ONE);
  });

  it('is found in the first place that has something usable', () => {
    const config = configOf({
      digests: [
        { source: 'mine', key: 'fuzzy.ssdeep' },
        { source: 'digests', key: 'ssdeep' },
      ],
    });
    expect(
      factsOf(cookie(['mine', { fuzzy: { ssdeep: 'broken' } }], ['digests', { ssdeep: OTHER }]), config)?.digest,
    ).toBe(OTHER);
    expect(factsOf(cookie(['mine', { fuzzy: { ssdeep: ONE } }], ['digests', { ssdeep: OTHER }]), config)?.digest).toBe(
      ONE,
    );
  });

  it('is found in iRODS metadata, in the update that last told it', () => {
    const config = configOf({ digests: [{ source: 'irods_update', key: 'modified_metadata.ssdeep' }] });
    const known = cookie(
      ['irods_update', { modified_metadata: { ssdeep: ['x', ONE] }, modified_replicas: [] }],
      ['irods_update', { modified_metadata: { study: ['1'] }, modified_replicas: [] }],
    );
    expect(factsOf(known, config)?.digest).toBe(ONE);
    const gone = cookie(
      ['irods_update', { modified_metadata: { ssdeep: [ONE] } }],
      ['irods_update', { modified_metadata: { ssdeep: [] } }],
    );
    expect(factsOf(gone, config)).toBeUndefined();
  });

  it('is found under keys with dots, and among the attributes that baton lists', () => {
    const dotted = configOf({ digests: [{ source: 'm', key: 'a.file.ssdeep' }] });
    expect(factsOf(cookie(['m', { a: { 'file.ssdeep': ONE } }]), dotted)?.digest).toBe(ONE);
    const avus = configOf({ digests: [{ source: 'irods', key: 'avus.ssdeep' }] });
    expect(factsOf(cookie(['irods', { avus: [{ attribute: 'ssdeep', value: ONE }] }]), avus)?.digest).toBe(ONE);
  });

  it('has the chosen attributes, also without a digest', () => {
    const config = configOf({ attributes: [{ source: 'tags', key: 'list' }] });
    const facts = factsOf(cookie(['tags', { list: ['a', 'b'] }]), config);
    expect(facts?.features?.hashes).toHaveLength(2);
    expect(facts?.digest).toBeUndefined();
    expect(factsOf(cookie(['tags', { list: [] }]), config)).toBeUndefined();
  });

  it('is bounded, however much metadata a cookie has', () => {
    const config = configOf({ attributes: [{ source: 'tags' }] });
    const many = cookie(['tags', { list: Array.from({ length: 20_000 }, (_, at) => `tag ${at}`) }]);
    expect(factsOf(many, config)?.features?.hashes).toHaveLength(5000);
  });
});
