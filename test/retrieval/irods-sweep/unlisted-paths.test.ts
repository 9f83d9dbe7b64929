import fc from 'fast-check';
import { compareCodePoints } from '../../../cookiejar/identifier.ts';
import { unlistedPaths } from '../../../retrieval/irods/sweep/unlisted-paths.ts';

/** A jar's identifiers, and how many of them were read. */
function jarOf(identifiers: Iterable<string>) {
  const sorted = [...new Set(identifiers)].toSorted(compareCodePoints);
  const jar = { read: 0, list };
  async function* list(prefix: string, after = ''): AsyncGenerator<string> {
    await Promise.resolve();
    for (const identifier of sorted) {
      if (!identifier.startsWith(prefix) || compareCodePoints(identifier, after) <= 0) continue;
      jar.read += 1;
      yield identifier;
    }
  }
  return jar;
}

async function unlisted(walked: Parameters<typeof unlistedPaths>[0], jar: ReturnType<typeof jarOf>): Promise<string[]> {
  const found: string[] = [];
  for await (const path of unlistedPaths(walked, jar.list)) found.push(path);
  return found;
}

const name = fc.constantFrom('a', 'b', 'a.b', 'a b', 'é', '\u{10FFFF}', '\u{10FFFF}'.repeat(9));
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => `/z/${names.join('/')}`);

describe('what a listing has not', () => {
  it('is what the jar has in the collection, or below inner collections that are not there', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(path),
        fc.uniqueArray(name),
        fc.uniqueArray(name),
        async (identifiers, objects, inner) => {
          const jar = jarOf(identifiers);
          const walked = {
            collection: '/z',
            objects: objects.map((one) => `/z/${one}`),
            collections: new Set(inner.map((one) => `/z/${one}`)),
          };
          const isListed = (identifier: string): boolean =>
            walked.objects.includes(identifier) ||
            [...walked.collections].some((collection) => identifier.startsWith(`${collection}/`));
          const expected = [...new Set(identifiers)].filter((identifier) => !isListed(identifier));
          expect(await unlisted(walked, jar)).toEqual(expected.toSorted(compareCodePoints));
        },
      ),
    );
  });

  it('is found without reading past all that inner collections hold', async () => {
    const inner = Array.from({ length: 5000 }, (_, index) => `/z/big/${index}`);
    const behind = Array.from({ length: 600 }, (_, index) => `/z/big/${'\u{10FFFF}'.repeat(9)}${index}`);
    const jar = jarOf([...inner, ...behind, '/z/a', '/z/big', '/z/big0', '/z/c']);
    const walked = { collection: '/z', objects: ['/z/a'], collections: new Set(['/z/big']) };
    expect(await unlisted(walked, jar)).toEqual(['/z/big', '/z/big0', '/z/c']);
    expect(jar.read).toBeLessThan(1200);
  });
});
