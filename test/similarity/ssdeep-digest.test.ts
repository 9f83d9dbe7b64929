import { Readable } from 'node:stream';
import fc from 'fast-check';
import { SsdeepHasher, ssdeepDigest } from '../../similarity/index.ts';
import { goldenDigests, largeContent } from './goldens.ts';

/** Bytes of all kinds: random, of few values, with long runs, ending in zeros. */
const anyContent = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 12 }), fc.nat({ max: 200 }))
        .map(([unit, times]) => repeated(unit, times)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts));

function repeated(unit: Uint8Array, times: number): Uint8Array {
  return Buffer.concat(Array.from({ length: times }, () => unit));
}

function chunks(content: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const cut: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    cut.push(content.subarray(at, at + size));
    at += size;
  }
  return [...cut, content.subarray(at)];
}

describe('ssdeepDigest', () => {
  it.each(goldenDigests.items.map(({ kind, size, base64, ssdeep }) => ({ kind, size, base64, ssdeep })))(
    'is the same as libfuzzy for $size bytes of $kind',
    async ({ base64, ssdeep }) => {
      await expect(ssdeepDigest(Buffer.from(base64, 'base64'))).resolves.toBe(ssdeep);
    },
  );

  it.each([...goldenDigests.large])(
    'is the same as libfuzzy for $size bytes from seed $seed',
    async ({ seed, size, ssdeep }) => {
      await expect(ssdeepDigest(largeContent(seed, size))).resolves.toBe(ssdeep);
    },
  );

  it('does not depend on how the bytes are cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(anyContent, fc.array(fc.nat({ max: 500 }), { maxLength: 8 }), async (content, sizes) => {
        const whole = await ssdeepDigest(content);
        const parts = chunks(content, sizes);
        expect(await ssdeepDigest(parts)).toBe(whole);
        expect(await ssdeepDigest(Readable.from(parts, { objectMode: true }))).toBe(whole);
      }),
    );
  });

  it('may be asked for in between, without changing what follows', () => {
    fc.assert(
      fc.property(anyContent, anyContent, (earlier, later) => {
        const hasher = new SsdeepHasher().update(earlier);
        expect(hasher.digest()).toBe(new SsdeepHasher().update(earlier).digest());
        expect(hasher.update(later).digest()).toBe(new SsdeepHasher().update(Buffer.concat([earlier, later])).digest());
      }),
    );
  });

  it('digests a stream that is made while it is read', async () => {
    const chunk = Buffer.alloc(1 << 16, 'flat memory ');
    async function* long(): AsyncGenerator<Uint8Array> {
      for (let count = 0; count < 64; count += 1) yield chunk;
    }
    await expect(ssdeepDigest(long())).resolves.toBe(await ssdeepDigest(repeated(chunk, 64)));
  });

  it('digests the bytes of any view, and only those', async () => {
    const words = new Uint32Array([0, 0x03020100, 0x07060504, 0]).subarray(1, 3);
    await expect(ssdeepDigest(new Uint8Array(words.buffer, 4, 8))).resolves.toBe(
      await ssdeepDigest([new Uint8Array([0, 1, 2, 3]), new Uint8Array([4, 5, 6, 7])]),
    );
  });

  it('refuses a stream of text', async () => {
    await expect(ssdeepDigest(Readable.from(['text']))).rejects.toThrow('cannot digest a stream of strings');
  });
});
