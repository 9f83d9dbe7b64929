import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../cookiejar/json.ts';
import { UnusableRootError } from '../../retrieval/folder/errors.ts';
import { folderConfigSchema } from '../../retrieval/folder/folder-config.ts';
import { listRetrievals } from '../../retrieval/retrieval-log.ts';
import { startTestJar, type TestJar } from '../support/jar.ts';
import { type FolderWorld, folderWorld } from './folder-world.ts';

/** The jar shares the machine with whatever else is tested. */
const PATIENCE_MS = 60_000;

let server: TestJar;
let world: FolderWorld;

beforeAll(async () => {
  server = await startTestJar();
});

afterAll(async () => server.stop());

beforeEach(async () => {
  world = await folderWorld(server);
});

afterEach(async () => world.close());

/** Everything known is judged; then what does the next run wake? */
async function wokenByNextRun(config: JsonObject = {}): Promise<string[]> {
  await world.settleAll();
  world.woken.length = 0;
  await world.run({ config });
  return world.woken.toSorted();
}

async function updatesOf(path: string) {
  const cookie = await world.jar.fetch(join(world.root, path));
  return [...(cookie?.enrichments ?? [])].filter(({ source }) => source === 'folder_update');
}

describe('folder retrieval', () => {
  it(
    'makes a cookie of each file, with its size, time and hash, and wakes it',
    async () => {
      const file = world.write('a/one.txt', 'hello');
      const seen = statSync(file);
      world.write('two.txt');
      const result = await world.run();
      expect(await updatesOf('a/one.txt')).toEqual([
        {
          source: 'folder_update',
          timestamp: new Date(Math.floor(seen.ctimeMs)).toISOString(),
          metadata: {
            size: 5,
            modified: new Date(Math.floor(seen.mtimeMs)).toISOString(),
            sha256: createHash('sha256').update('hello').digest('hex'),
          },
        },
      ]);
      expect(world.woken.toSorted()).toEqual(['a/one.txt', 'two.txt']);
      expect(result).toMatchObject({ count: 2, stored: 2, woken: 2, source: { folders: 2, files: 2, changed: 2 } });
    },
    PATIENCE_MS,
  );

  it(
    'stores nothing and wakes nobody where nothing changed',
    async () => {
      for (let i = 0; i < 30; i++) world.write(`${i % 3}/${i}.txt`);
      await world.run();
      expect(await wokenByNextRun()).toEqual([]);
      expect((await listRetrievals(world.documents))[0]).toMatchObject({ count: 0, stored: 0, woken: 0 });
    },
    PATIENCE_MS,
  );

  it(
    'sees what is new, longer, or changed without changing its length',
    async () => {
      world.write('same');
      world.write('longer');
      world.write('edited', 'abc');
      await world.run();
      world.write('new');
      appendFileSync(join(world.root, 'longer'), '!');
      world.write('edited', 'abd');
      expect(await wokenByNextRun()).toEqual(['edited', 'longer', 'new']);
      expect(await updatesOf('edited')).toHaveLength(2);
    },
    PATIENCE_MS,
  );

  it(
    'sees a change that hides behind an old modification time',
    async () => {
      const file = world.write('kept', 'abc');
      utimesSync(file, 1, 1);
      await world.run();
      writeFileSync(file, 'xyz');
      utimesSync(file, 1, 1);
      expect(await wokenByNextRun()).toEqual(['kept']);
    },
    PATIENCE_MS,
  );

  it(
    'sees files moved in, alone or with their folder, and ones put in the place of others',
    async () => {
      const outside = mkdtempSync(join(world.root, '..', 'outside-'));
      for (const [index, name] of ['one', 'two'].entries()) {
        mkdirSync(join(outside, name));
        writeFileSync(join(outside, name, 'f'), name);
        utimesSync(join(outside, name, 'f'), 1, 1 + index);
      }
      writeFileSync(join(outside, 'alone'), '');
      world.write('start');
      await world.run();
      renameSync(join(outside, 'alone'), join(world.root, 'alone'));
      renameSync(join(outside, 'two'), join(world.root, 'dir'));
      expect(await wokenByNextRun()).toEqual(['alone', 'dir/f']);
      renameSync(join(world.root, 'dir'), join(outside, 'was'));
      renameSync(join(outside, 'one'), join(world.root, 'dir'));
      expect(await wokenByNextRun()).toEqual(['dir/f']);
      const updates = await updatesOf('dir/f');
      const hash = createHash('sha256').update('one').digest('hex');
      // Of the folder moved here later the file is older; it is what is known last all the same.
      expect(updates.at(-1)?.metadata).toMatchObject({ sha256: hash });
      rmSync(outside, { recursive: true });
    },
    PATIENCE_MS,
  );

  it(
    'sees what cp -p and tar -x bring with their old times',
    async () => {
      const outside = mkdtempSync(join(world.root, '..', 'outside-'));
      writeFileSync(join(outside, 'old'), 'x');
      utimesSync(join(outside, 'old'), 1_000_000_000, 1_000_000_000);
      world.write('start');
      await world.run();
      execFileSync('cp', ['-p', join(outside, 'old'), join(world.root, 'copied')]);
      execFileSync('tar', ['-cf', join(outside, 'a.tar'), '-C', outside, 'old']);
      execFileSync('tar', ['-xf', join(outside, 'a.tar'), '-C', world.root]);
      expect(await wokenByNextRun()).toEqual(['copied', 'old']);
      const [update] = await updatesOf('old');
      expect(update?.metadata['modified']).toBe('2001-09-09T01:46:40.000Z');
      rmSync(outside, { recursive: true });
    },
    PATIENCE_MS,
  );

  it(
    'takes a file for new again that was away',
    async () => {
      const file = world.write('f', 'x');
      world.write('g');
      await world.run();
      rmSync(file);
      expect(await wokenByNextRun()).toEqual([]);
      world.write('f', 'x');
      expect(await wokenByNextRun()).toEqual(['f']);
    },
    PATIENCE_MS,
  );

  it(
    'selects by globs, and never looks into a folder that is left out',
    async () => {
      for (const path of ['a.txt', 'b.log', 'd/c.txt', 'd/.git/x.txt', 'out/y.txt', 'd/out/z.txt', '.h.txt'])
        world.write(path);
      await world.run({ config: { include: ['*.txt'], exclude: ['.git', '/out'] } });
      expect(world.woken.toSorted()).toEqual(['.h.txt', 'a.txt', 'd/c.txt', 'd/out/z.txt']);
      expect(await wokenByNextRun({ include: ['*.log', 'd/**'] })).toEqual(['b.log', 'd/.git/x.txt']);
    },
    PATIENCE_MS,
  );

  it(
    'leaves the data folder out, by whatever path it is named',
    async () => {
      world.write('home/notifications.jsonl');
      world.write('file');
      const link = join(world.root, 'link');
      symlinkSync(join(world.root, 'home'), link);
      await world.run({ leaveOut: [join(world.root, 'home')] });
      await world.run({ leaveOut: [link] });
      expect(world.woken).toEqual(['file']);
    },
    PATIENCE_MS,
  );

  it(
    'follows no symbolic links, and counts them',
    async () => {
      world.write('d/file');
      symlinkSync(join(world.root, 'd'), join(world.root, 'loop'));
      symlinkSync(join(world.root, 'd/file'), join(world.root, 'd/alias'));
      symlinkSync('/nowhere', join(world.root, 'dangling'));
      expect(await world.run()).toMatchObject({ count: 1, source: { files: 1, symlinks: 3 } });
    },
    PATIENCE_MS,
  );

  it(
    'goes on past names that are no UTF-8',
    async () => {
      world.write('good');
      writeFileSync(Buffer.concat([Buffer.from(`${world.root}/bad`), Buffer.from([0xff, 0xfe])]), 'x');
      mkdirSync(Buffer.concat([Buffer.from(`${world.root}/dir`), Buffer.from([0xff])]));
      world.write('really-\uFFFD');
      expect(await world.run()).toMatchObject({ count: 2, source: { unusable_names: 2 } });
      expect(world.woken.toSorted()).toEqual(['good', 'really-\uFFFD']);
    },
    PATIENCE_MS,
  );

  it(
    'takes any name that is UTF-8',
    async () => {
      const names = [
        '__proto__',
        'constructor',
        'new\nline',
        'quo"te',
        'ü',
        'u\u0308',
        '😀',
        ' ',
        '%2F',
        'a:b',
        '#1',
        '-',
      ];
      for (const name of names) world.write(`${name}/${name}`);
      await world.run();
      expect(world.woken.toSorted()).toEqual(names.map((name) => `${name}/${name}`).toSorted());
      expect(await wokenByNextRun()).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'hashes as far as it is told, and hashes what it did not when it is told to',
    async () => {
      world.write('small', '12345');
      world.write('large', '123456');
      await world.run({ config: { hash: 'never' } });
      expect((await updatesOf('small'))[0]?.metadata).not.toHaveProperty('sha256');
      expect(await wokenByNextRun({ hash: '5 B' })).toEqual(['small']);
      expect((await updatesOf('small')).at(-1)?.metadata).toHaveProperty('sha256');
      expect(await wokenByNextRun({ hash: 'always' })).toEqual(['large']);
      expect(await wokenByNextRun({ hash: 'never' })).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'hashes files longer than one read, and empty ones',
    async () => {
      const content = 'x'.repeat(700_000);
      world.write('long', content);
      world.write('empty', '');
      await world.run();
      expect((await updatesOf('long'))[0]?.metadata['sha256']).toBe(createHash('sha256').update(content).digest('hex'));
      expect((await updatesOf('empty'))[0]?.metadata['sha256']).toBe(createHash('sha256').digest('hex'));
    },
    PATIENCE_MS,
  );

  const asRoot = process.getuid?.() === 0;
  (asRoot ? it.skip : it)(
    'goes on past what it may not read',
    async () => {
      chmodSync(world.write('secret', 'x'), 0);
      mkdirSync(join(world.root, 'closed'), { mode: 0 });
      world.write('open');
      expect(await world.run()).toMatchObject({ count: 2, source: { unreadable: 2 } });
      chmodSync(join(world.root, 'closed'), 0o700);
    },
    PATIENCE_MS,
  );

  it.each(['', 'a\0b', 7, undefined])('is configured with no root such as %j', (root) => {
    const { error } = folderConfigSchema.safeParse({ root });
    expect(error?.issues).toMatchObject([{ path: ['root'], message: expect.stringContaining('the path of a folder') }]);
  });

  it.each([
    ['does not exist', 'nowhere'],
    ['is no folder', 'file'],
    ['lies in', 'home/inner'],
  ])(
    'refuses a root that %s',
    async (reason, path) => {
      world.write('file');
      world.write('home/inner/f');
      const config = { root: join(world.root, path) };
      const refusal = world.run({ config, leaveOut: [join(world.root, 'home')] });
      await expect(refusal).rejects.toThrow(UnusableRootError);
      await expect(refusal).rejects.toThrow(reason);
      expect((await listRetrievals(world.documents))[0]?.failure).toContain(reason);
    },
    PATIENCE_MS,
  );

  it(
    'takes a relative root from the working directory',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'relative-'));
      writeFileSync(join(folder, 'f'), '');
      const before = process.cwd();
      process.chdir(folder);
      try {
        await world.run({ config: { root: '.' } });
      } finally {
        process.chdir(before);
        rmSync(folder, { recursive: true });
      }
      expect(world.woken).toHaveLength(1);
    },
    PATIENCE_MS,
  );
});
