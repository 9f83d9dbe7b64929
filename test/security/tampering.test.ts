import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { BundleFiles } from '../../bundling/bundle-files.ts';
import { placesOf } from '../../bundling/this-machine.ts';
import { openHome } from '../../embedded/home.ts';
import { recallVersions, rememberVersions } from '../../periodic/user-workers/last-good.ts';
import { RulebookUnavailableError } from '../../rulebook/errors.ts';
import { RulebookStore } from '../../rulebook/versions/rulebook-store.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';

const AT = '2026-01-05T06:00:00.000Z';
const EVIL = 'export const modules = []; process.exit(13);';

function bundleOf(text: string) {
  return { text, hash: createHash('sha256').update(text).digest('hex') };
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cookie-monster-tampering-'));
});

afterEach(async () => rm(folder, { recursive: true }));

describe('a rulebook that somebody changed in the jar', () => {
  it.each([
    ['its text', ({ hash }: { hash: string }) => [`rulebook:${hash}:0000`, { text: EVIL }] as const],
    [
      'how many parts it has',
      ({ hash }: { hash: string }) => [`rulebook:${hash}`, { parts: 0, definitions: [], at: AT }] as const,
    ],
  ])('is refused, whatever was changed: %s', async (_, change) => {
    const documents = new MemoryDocuments();
    const store = new RulebookStore(documents);
    const bundle = bundleOf('export const modules = [];');
    await store.publish(bundle, [], AT);
    const [id, write] = change(bundle);
    await documents.update(id, () => ({ result: undefined, write }));
    await expect(store.load(bundle.hash)).rejects.toThrow(RulebookUnavailableError);
    const files = new BundleFiles(folder, placesOf(folder), async (hash) => (await store.load(hash)).text);
    await expect(files.locate(bundle.hash)).rejects.toThrow(/the hash/);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a bundle that somebody changed on the disk', () => {
  it('is written anew before it is run, by the process that wrote it and by another', async () => {
    const bundle = bundleOf('export const modules = [];');
    const files = () => new BundleFiles(folder, placesOf(folder), async () => Promise.resolve(bundle.text));
    const first = files();
    const path = fileURLToPath(await first.locate(bundle.hash));
    for (const some of [first, files()]) {
      await writeFile(path, EVIL);
      expect(fileURLToPath(await some.locate(bundle.hash))).toBe(path);
      expect(await readFile(path, 'utf8')).toBe(bundle.text);
    }
  });
});

describe("what is kept of users' workers", () => {
  it('is forgotten where its text is not what its hash says', async () => {
    const place = { folder: '/somewhere', cacheFolder: folder };
    const [good, bad] = [bundleOf('good'), bundleOf('bad')];
    const kept = [good, bad].map((bundle) => [bundle.text, { ...bundle, names: ['A'] }] as const);
    await rememberVersions(place, new Map(kept));
    const [file = ''] = await readdir(folder);
    const text = await readFile(join(folder, file), 'utf8');
    await writeFile(join(folder, file), text.replace('"text":"bad"', `"text":${JSON.stringify(EVIL)}`));
    expect([...(await recallVersions(place)).keys()]).toEqual(['good']);
  });
});

describe('the data folder', () => {
  const heard: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void heard.push(line) });

  beforeEach(() => {
    heard.length = 0;
  });

  it('is made for its owner alone', async () => {
    const home = await openHome(join(folder, 'new'), logger);
    expect((await stat(home.folder)).mode & 0o777).toBe(0o700);
    expect(heard).toEqual([]);
    home.release();
  });

  it('is left as it is where others may look into it, which is told', async () => {
    await chmod(folder, 0o755);
    const home = await openHome(folder, logger);
    expect((await stat(home.folder)).mode & 0o777).toBe(0o755);
    expect(heard).toEqual([expect.stringContaining(`chmod 700`)]);
    home.release();
  });
});
