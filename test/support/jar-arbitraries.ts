import * as fc from 'fast-check';
import type { Enrichment } from '../../cookiejar/enrichment.ts';
import type { JsonObject, JsonValue } from '../../cookiejar/json.ts';

const key = fc.string({ unit: 'binary', maxLength: 4 }).filter((text) => text !== '__proto__');

/** Any JSON value, small. */
export const jsonValue: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<JsonValue>(null, true, false, 0, 1, 2.5, '', 'a', 'ß', '😀'),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

/** Any metadata, small. */
export const metadata: fc.Arbitrary<JsonObject> = fc.dictionary(key, jsonValue, { maxKeys: 4, noNullPrototype: true });

/** Enrichments of few sources, instants and contents, so that they often meet. */
export const enrichment: fc.Arbitrary<Enrichment> = fc.record({
  source: fc.constantFrom('a', 'b'),
  timestamp: fc.integer({ min: 0, max: 20 }).map((second) => instant(second)),
  metadata: fc.integer({ min: 0, max: 3 }).map((n) => ({ n })),
});

/** So many seconds into a fixed day. */
export function instant(second: number): string {
  return new Date(Date.UTC(2026, 0, 5) + second * 1000).toISOString();
}

/** Any well-formed text, astral characters included. */
export const text: fc.Arbitrary<string> = fc.string({ unit: 'binary', maxLength: 12 });
