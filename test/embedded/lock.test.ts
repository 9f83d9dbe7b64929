import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { HomeInUseError } from '../../embedded/errors.ts';
import { takeLock } from '../../embedded/lock.ts';
import { identifyProcess } from '../../embedded/process-identity.ts';
import { namesIn, removeFolder, scratchFolder } from './scratch.ts';
import { runScript } from './script.ts';

/** The id of a living process, but not its start time: what is left of one whose id was given away again. */
const DEAD = { pid: process.pid, startedAt: 'before the flood', host: hostname(), since: '2020-01-01T00:00:00.000Z' };

describe('the lock of a home', () => {
  let home: string;

  beforeEach(() => {
    home = scratchFolder();
  });

  afterEach(() => removeFolder(home));

  it('is refused while its owner lives, naming process and home', () => {
    takeLock(home);
    expect(() => takeLock(home)).toThrow(HomeInUseError);
    expect(() => takeLock(home)).toThrow(new RegExp(`${home} is in use by process ${process.pid} `));
  });

  it('can be taken again after its release, any number of times', () => {
    for (let time = 0; time < 12; time++) takeLock(home).release();
    takeLock(home);
    expect(() => takeLock(home)).toThrow(HomeInUseError);
    expect(namesIn(join(home, 'lock'))).toEqual(['13']);
  });

  it('is taken over from a dead owner, although its process id is in use again', () => {
    leaveLock(home, 4, JSON.stringify(DEAD));
    takeLock(home);
    expect(namesIn(join(home, 'lock'))).toEqual(['5']);
  });

  it('is taken over when a power cut left it unreadable', () => {
    leaveLock(home, 1, '');
    takeLock(home);
    expect(namesIn(join(home, 'lock'))).toEqual(['2']);
  });

  it('is refused when another host has it, saying what to do if that host is gone', () => {
    leaveLock(home, 1, JSON.stringify({ ...identifyProcess(process.pid), ...DEAD, host: 'elsewhere' }));
    expect(() => takeLock(home)).toThrow(/on host elsewhere.*delete .*\/lock/);
  });

  it('goes to one only of several that find its owner dead at the same time', async () => {
    const homes = Array.from({ length: 60 }, (_, index) => join(home, String(index)));
    for (const each of homes) leaveLock(each, 1, JSON.stringify(DEAD));
    const racers = Array.from({ length: 4 }, () => runScript('lock-racer.ts'));
    try {
      await Promise.all(racers.map(async (racer) => racer.line()));
      for (const racer of racers) racer.process.stdin?.end(JSON.stringify(homes));
      const won = await Promise.all(
        racers.map(async (racer) => z.array(z.string()).parse(JSON.parse(await racer.line()))),
      );
      expect(won.flat().toSorted()).toEqual(homes.toSorted());
    } finally {
      await Promise.all(racers.map(async (racer) => racer.kill()));
    }
  });
});

function leaveLock(home: string, generation: number, content: string): void {
  mkdirSync(join(home, 'lock'), { recursive: true });
  writeFileSync(join(home, 'lock', String(generation)), content);
}
