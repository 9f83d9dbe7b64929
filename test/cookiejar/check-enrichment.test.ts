import * as fc from 'fast-check';
import { canonicalJson } from '../../cookiejar/canonical-json.ts';
import { checkEnrichment } from '../../cookiejar/check-enrichment.ts';
import { enrichmentKey } from '../../cookiejar/enrichment-key.ts';
import { InvalidEnrichmentError } from '../../cookiejar/errors.ts';
import { instant, jsonValue, metadata } from '../support/jar-arbitraries.ts';

const GOOD = { source: 'irods', timestamp: instant(0), metadata: { size: 1 } };

function nested(depth: number): unknown {
  return depth === 0 ? 1 : { deeper: nested(depth - 1) };
}

describe('checkEnrichment', () => {
  it('takes an enrichment as it is, with its time in UTC', () => {
    expect(checkEnrichment({ ...GOOD, timestamp: '2026-01-05T02:00:00+02:00' })).toEqual(GOOD);
  });

  it('leaves members out that are undefined', () => {
    expect(checkEnrichment({ ...GOOD, metadata: { size: 1, gone: undefined } })).toStrictEqual(GOOD);
  });

  it.each([
    ['an empty source', { ...GOOD, source: '' }, 'source'],
    ['no source', { ...GOOD, source: undefined }, 'source'],
    ['a time without a zone', { ...GOOD, timestamp: '2026-01-05T06:00:00' }, 'timestamp'],
    ['a number as time', { ...GOOD, timestamp: 0 }, 'timestamp'],
    ['metadata that is an array', { ...GOOD, metadata: [] }, 'metadata'],
    ['metadata that is null', { ...GOOD, metadata: null }, 'metadata'],
    ['NaN', { ...GOOD, metadata: { a: [1, Number.NaN] } }, 'metadata.a[1]'],
    ['Infinity', { ...GOOD, metadata: { a: -Infinity } }, 'metadata.a'],
    ['a BigInt', { ...GOOD, metadata: { a: 1n } }, 'metadata.a'],
    ['a function', { ...GOOD, metadata: { a: () => 1 } }, 'metadata.a'],
    ['a Date', { ...GOOD, metadata: { a: new Date(0) } }, 'metadata.a'],
    ['a Map', { ...GOOD, metadata: { a: new Map() } }, 'metadata.a'],
    ['undefined in an array', { ...GOOD, metadata: { a: [undefined] } }, 'metadata.a[0]'],
    ['a hole in an array', { ...GOOD, metadata: { a: Array.from({ length: 1 }) } }, 'metadata.a[0]'],
    ['a key named __proto__', { ...GOOD, metadata: JSON.parse('{"__proto__": 1}') }, '__proto__'],
    ['such a key deep inside', { ...GOOD, metadata: JSON.parse('{"a": [{"__proto__": {}}]}') }, 'metadata.a[0]'],
    ['half a surrogate pair', { ...GOOD, metadata: { a: '\ud800' } }, 'metadata.a'],
    ['half a surrogate pair in a key', { ...GOOD, metadata: { '\ud800': 1 } }, 'metadata'],
    ['metadata too deep', { ...GOOD, metadata: { a: nested(101) } }, 'deeper'],
    ['metadata too large', { ...GOOD, metadata: { a: 'x'.repeat(1024 * 1024) } }, 'bytes'],
    ['something else', 'text', 'the whole'],
  ])('refuses %s', (_, value, place) => {
    expect(() => checkEnrichment(value)).toThrow(InvalidEnrichmentError);
    expect(() => checkEnrichment(value)).toThrow(place);
  });

  it('refuses a circle instead of running round in it', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(() => checkEnrichment({ ...GOOD, metadata: circle })).toThrow('deeper');
  });

  it('takes all that JSON can say, and gives it back the same', () => {
    fc.assert(
      fc.property(metadata, (content) => {
        expect(checkEnrichment({ ...GOOD, metadata: content }).metadata).toEqual(content);
      }),
    );
  });
});

describe('canonicalJson', () => {
  it('is JSON for the same value', () => {
    fc.assert(
      fc.property(jsonValue, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(value);
      }),
    );
  });

  it('does not depend on the order of keys', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe(canonicalJson({ a: null, b: [{ c: 2, d: 1 }] }));
  });
});

describe('enrichmentKey', () => {
  it('is made from content', () => {
    expect(enrichmentKey(GOOD)).toBe(enrichmentKey(structuredClone(GOOD)));
    expect(enrichmentKey(GOOD)).not.toBe(enrichmentKey({ ...GOOD, metadata: { size: 2 } }));
    expect(enrichmentKey(GOOD)).not.toBe(enrichmentKey({ ...GOOD, timestamp: instant(1) }));
    expect(enrichmentKey(GOOD)).not.toBe(enrichmentKey({ ...GOOD, source: 'other' }));
  });

  it('of an applied rule is made from job and rule', () => {
    const applied = { source: 'rule_application', timestamp: instant(0), metadata: { job: 'j', rule_id: 'r' } };
    expect(enrichmentKey({ ...applied, timestamp: instant(1) })).toBe(enrichmentKey(applied));
    expect(enrichmentKey({ ...applied, metadata: { job: 'k', rule_id: 'r' } })).not.toBe(enrichmentKey(applied));
  });
});
