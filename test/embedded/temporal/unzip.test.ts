import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { array, assert, asyncProperty, string, uint8Array } from 'fast-check';
import { unzipEntry } from '../../../embedded/temporal/unzip.ts';
import { removeFolder, scratchFolder } from '../scratch.ts';
import { zip } from './zip.ts';

describe('unpacking one entry of a zip', () => {
  let folder: string;

  beforeEach(() => {
    folder = scratchFolder();
  });

  afterEach(() => removeFolder(folder));

  it('gives back what was packed, whatever lies beside it and is said at the end', async () => {
    const content = uint8Array({ minLength: 1, maxLength: 5_000 });
    let run = 0;
    await assert(
      asyncProperty(content, array(content, { maxLength: 4 }), string(), async (wanted, others, comment) => {
        const beside = others.map((other, index) => [`other/${index}`, Buffer.from(other)]);
        const archive = place(
          `${++run}.zip`,
          zip({ ...Object.fromEntries(beside), 'a/it': Buffer.from(wanted) }, comment),
        );
        await unzipEntry(archive, '/it', join(folder, String(run)));
        expect(readFileSync(join(folder, String(run)))).toEqual(Buffer.from(wanted));
      }),
      { numRuns: 50 },
    );
  });

  it('refuses an archive without the entry, or with several like it', async () => {
    const archive = place('some.zip', zip({ 'a/it': Buffer.from('1'), 'b/it': Buffer.from('2') }));
    await expect(unzipEntry(archive, '/it', join(folder, 'out'))).rejects.toThrow('has 2 entries */it, not 1');
    await expect(unzipEntry(archive, '/that', join(folder, 'out'))).rejects.toThrow('has 0 entries */that, not 1');
  });

  it.each([
    ['is cut short', (whole: Buffer) => whole.subarray(0, whole.length - 30)],
    ['is something else', () => Buffer.from('<html>sign in to the network</html>')],
    ['is empty', () => Buffer.alloc(0)],
  ])('refuses a file that %s', async (_what, spoil) => {
    const archive = place('bad.zip', spoil(zip({ 'a/it': Buffer.from('content') })));
    await expect(unzipEntry(archive, '/it', join(folder, 'out'))).rejects.toThrow('not a zip file');
  });

  function place(name: string, content: Buffer): string {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  }
});
