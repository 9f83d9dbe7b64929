const HIGH_BITS = 2 ** 32;
const HIGH_MASK = 2 ** 21 - 1;

/**
 * A whole number below 2^53 for a text: cyrb53 by bryc (public domain, github.com/bryc/code, jshash/experimental/cyrb53.js), two
 * multiplicative hashes of 32 bits that are mixed at the end as MurmurHash3 does. Not for secrets.
 */
export function featureHash(text: string): number {
  let one = 0xdeadbeef;
  let other = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    one = Math.imul(one ^ unit, 2654435761);
    other = Math.imul(other ^ unit, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);
  other = Math.imul(other ^ (other >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return HIGH_BITS * (other & HIGH_MASK) + (one >>> 0);
}
