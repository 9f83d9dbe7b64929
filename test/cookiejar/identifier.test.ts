import * as fc from 'fast-check';
import { InvalidIdentifierError } from '../../cookiejar/errors.ts';
import { checkIdentifier, compareCodePoints, prefixSuccessor } from '../../cookiejar/identifier.ts';
import { text } from '../support/jar-arbitraries.ts';

describe('checkIdentifier', () => {
  it.each(['/a', ' ', 'a\u0000b', 'cafe\u0301', 'caf\u00e9', '😀', 'x'.repeat(4096), '😀'.repeat(1024)])(
    'takes %p as it is',
    (identifier) => {
      expect(checkIdentifier(identifier)).toBe(identifier);
    },
  );

  it.each([
    ['the empty text', '', 'empty'],
    ['4,097 bytes', 'x'.repeat(4097), '4097 bytes'],
    ['4,097 bytes in fewer characters', `${'😀'.repeat(1024)}x`, '4097 bytes'],
    ['half a surrogate pair', 'a\ud800', 'half a surrogate pair'],
    ['the other half', '\udc00a', 'half a surrogate pair'],
    ['no text', 7, 'number'],
    ['null', null, 'null'],
    ['nothing', undefined, 'undefined'],
  ])('refuses %s', (_, value, reason) => {
    expect(() => checkIdentifier(value)).toThrow(InvalidIdentifierError);
    expect(() => checkIdentifier(value)).toThrow(reason);
  });
});

describe('prefixSuccessor', () => {
  it.each([
    ['/a', '/b'],
    ['a\uD7FF', 'a\uE000'],
    ['a\uFFFF', 'a\u{10000}'],
    ['a\u{10FFFF}', 'b'],
    ['a\u{10FFFF}\u{10FFFF}', 'b'],
    ['\u{10FFFF}', undefined],
    ['', undefined],
  ])('of %p is %p', (prefix, successor) => {
    expect(prefixSuccessor(prefix)).toBe(successor);
  });

  it('ends, exclusively, the range of what starts with the prefix, and of nothing else', () => {
    const point = fc.constantFrom('a', 'b', '\uD7FF', '\uE000', '\uFFFF', '\u{10000}', '\u{10FFFF}');
    const few = fc.array(point, { maxLength: 3 }).map((points) => points.join(''));
    const any = fc.oneof(few, text);
    fc.assert(
      fc.property(any, any, (prefix, id) => {
        const end = prefixSuccessor(prefix);
        const isInRange = compareCodePoints(id, prefix) >= 0 && (end === undefined || compareCodePoints(id, end) < 0);
        expect(isInRange).toBe(id.startsWith(prefix));
      }),
      { numRuns: 1000 },
    );
  });
});
