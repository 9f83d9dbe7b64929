import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHome } from '../../embedded/home.ts';
import { endProcess, identifyProcess, isAlive } from '../../embedded/process-identity.ts';
import { recordFile, recordProcess } from '../../embedded/process-records.ts';
import { namesIn, removeFolder, scratchFolder, silent } from './scratch.ts';

describe('a home', () => {
  let folder: string;

  beforeEach(() => {
    folder = scratchFolder();
  });

  afterEach(() => removeFolder(folder));

  it('is made with all its folders, wherever it is said to be', async () => {
    const home = await openHome(join(folder, 'new', 'home'), silent);
    expect(namesIn(home.folder)).toEqual(['cache', 'jar', 'lock', 'logs', 'processes', 'temporal']);
    home.release();
  });

  it('is refused where it is no folder, with what to set', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    await expect(openHome(file, silent)).rejects.toThrow('set COOKIE_MONSTER_HOME');
    await expect(openHome(join(file, 'home'), silent)).rejects.toThrow(
      `${file}/home cannot be used as the data folder`,
    );
  });

  it('is one and the same by all its paths', async () => {
    const home = await openHome(folder, silent);
    await expect(openHome(join(folder, 'jar', '..'), silent)).rejects.toThrow('is in use by process');
    home.release();
  });

  it('ends servers that a dead owner left, and only them', async () => {
    const [orphan, stranger] = [identifyProcess(spawnIdle()), identifyProcess(spawnIdle())];
    if (orphan === undefined || stranger === undefined) throw new Error('not started');
    (await openHome(folder, silent)).release();
    const processes = join(folder, 'processes');
    recordProcess(recordFile(processes, 'left', 'server'), orphan.pid);
    const recycled = JSON.stringify({ pid: stranger.pid, startedAt: 'before the flood' });
    writeFileSync(recordFile(processes, 'recycled', 'server'), recycled);
    const home = await openHome(folder, silent);
    expect([isAlive(orphan), isAlive(stranger)]).toEqual([false, true]);
    expect(namesIn(processes)).toEqual([]);
    home.release();
    await endProcess(stranger, 5_000);
  });
});

function spawnIdle(): number {
  return spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' }).pid ?? 0;
}
