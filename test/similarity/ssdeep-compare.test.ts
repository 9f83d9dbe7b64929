import fc from 'fast-check';
import { InvalidDigestError, isEmptyDigest, ssdeepCompare } from '../../similarity/index.ts';
import { anyDigest, anyFamilies } from './digest-arbitrary.ts';
import { goldenScores } from './goldens.ts';

describe('ssdeepCompare', () => {
  it('scores all pairs as libfuzzy does, in either order', () => {
    const scored = goldenScores.pairs.map(({ a, b }) => ({
      a,
      b,
      score: ssdeepCompare(a, b),
      turned: ssdeepCompare(b, a),
    }));
    expect(scored).toEqual(goldenScores.pairs.map(({ a, b, score }) => ({ a, b, score, turned: score })));
  });

  it.each(goldenScores.invalid.filter(([, , outcome]) => typeof outcome === 'string'))(
    'refuses %j, as libfuzzy does',
    (digest, other) => {
      expect(() => ssdeepCompare(digest, other)).toThrow(InvalidDigestError);
      expect(() => ssdeepCompare(other, digest)).toThrow(InvalidDigestError);
    },
  );

  it.each(goldenScores.invalid.filter(([, , outcome]) => typeof outcome === 'number'))(
    'scores %j with %j as libfuzzy does, though no file has such a block size',
    (digest, other, score) => {
      expect(ssdeepCompare(digest, other)).toBe(score);
    },
  );

  it.each([
    ['a sign', '+3:abc:def'],
    ['no block size', ':abc:def'],
    ['a block size past exact numbers', '9007199254740993:abc:def'],
    ['a letter that digests do not have', '3:ab!c:def'],
    ['a second text that is too long', `3:a:${'ab'.repeat(33)}`],
  ])('refuses a digest with %s', (_, digest) => {
    expect(() => ssdeepCompare(digest, '3:a:a')).toThrow(InvalidDigestError);
  });

  it('names the digest, what is wrong and what is allowed', () => {
    expect(() => ssdeepCompare('3:a', '3:a:a')).toThrow(
      'invalid ssdeep digest "3:a": it is not written as a digest; allowed is <block size>:<text>:<text>',
    );
    const long = `3:${'ab'.repeat(200)}:a`;
    expect(() => ssdeepCompare(long, long)).toThrow(/"3:(ab){79}…": a text has more than 64 letters/);
  });

  it('takes runs of more than three for three, and a file name after a comma for nothing', () => {
    expect(ssdeepCompare('3:aaaa:b', '3:aaaaaaa:b')).toBe(100);
    expect(ssdeepCompare(`3:${'a'.repeat(100)}:b`, '3:aaa:b,"a file.txt"')).toBe(100);
    expect(ssdeepCompare('3:aaaa:b', '3:aaa:bbbb')).toBe(0);
  });

  it('is symmetric', () => {
    fc.assert(
      fc.property(anyFamilies, (digests) => {
        const [one = '3::', other = '3::'] = digests;
        expect(ssdeepCompare(one, other)).toBe(ssdeepCompare(other, one));
      }),
    );
  });

  it('gives every digest 100 with itself, also the empty one', () => {
    fc.assert(fc.property(anyDigest, (digest) => expect(ssdeepCompare(digest, digest)).toBe(100)));
    expect(ssdeepCompare('3::', '3::')).toBe(100);
  });

  it('gives from 0 to 100, and 0 unless block sizes are equal or one is twice the other', () => {
    fc.assert(
      fc.property(anyDigest, anyDigest, (one, other) => {
        const score = ssdeepCompare(one, other);
        const ratio = Number.parseInt(one, 10) / Number.parseInt(other, 10);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual([0.5, 1, 2].includes(ratio) ? 100 : 0);
      }),
    );
  });
});

describe('isEmptyDigest', () => {
  it('knows the digests that say nothing', () => {
    expect(['3::', '3::,"empty.txt"', '3:a:', '3::a', '3:E:E'].map(isEmptyDigest)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(() => isEmptyDigest('')).toThrow(InvalidDigestError);
  });
});
