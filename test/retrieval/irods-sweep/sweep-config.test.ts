import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWorkerConfigs } from '../../../configs/worker-configs.ts';
import { sweepConfigSchema } from '../../../retrieval/irods/sweep/sweep-config.ts';
import { sweepPaths } from '../../../retrieval/irods/sweep/sweep-paths.ts';
import { inspectWorkerConfig } from '../../../workers/inspect-worker-config.ts';

function read(content: object) {
  const folder = mkdtempSync(join(tmpdir(), 'sweep-config-'));
  try {
    writeFileSync(join(folder, 'IrodsSweep.json'), JSON.stringify(content));
    return readWorkerConfigs(folder, inspectWorkerConfig);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the configuration of a sweep', () => {
  it('needs collections and nothing else', () => {
    expect(sweepConfigSchema.parse({ collections: ['/seq/13240/'] })).toEqual({
      collections: ['/seq/13240'],
      include: ['**'],
      exclude: [],
      rate: 20,
      gone: 'enrich',
      timeout: 60_000,
    });
  });

  it.each([
    [{ collections: undefined }, 'collections', /list of absolute paths/],
    [{ collections: [] }, 'collections', /at least one/],
    [{ collections: ['seq'] }, 'collections[0]', /absolute/],
    [{ collections: ['/'] }, 'collections[0]', /within a zone/],
    [{ rate: 0 }, 'rate', /from 0.1 to 1000/],
    [{ rate: '20/s' }, 'rate', /number of objects a second/],
    [{ gone: 'delete' }, 'gone', /"enrich".*"report"/],
    [{ timeout: 60 }, 'timeout', /"60 s"/],
    [{ exclude: ['!a'] }, 'exclude[0]', /"exclude"/],
    [{ colections: [] }, 'colections', /did you mean collections/],
  ])('is refused with %j', (keys, path, allowed) => {
    const { problems } = read({ collections: ['/seq'], ...keys });
    expect(problems).toEqual([
      expect.objectContaining({ path, allowed: expect.stringMatching(allowed) as unknown as string }),
    ]);
  });
});

describe('the paths of a sweep', () => {
  const pathsOf = (config: object) => sweepPaths(sweepConfigSchema.parse(config));

  it('are walked once, though collections are named twice or within each other', () => {
    const { roots } = pathsOf({ collections: ['/seq/b', '/seq/a/c', '/seq/a', '/seq/a', '/seq/ab', '/other'] });
    expect(roots).toEqual(['/other', '/seq/a', '/seq/ab', '/seq/b']);
  });

  it('leave out the trash of each zone, unless it is asked for', () => {
    const { isWanted, isOpen } = pathsOf({ collections: ['/seq', '/other'] });
    expect(['/seq/trash/a', '/other/trash/home/x', '/seq/home/trash/a', '/third/a'].map(isWanted)).toEqual([
      false,
      false,
      true,
      false,
    ]);
    expect(['/seq/trash', '/seq/trash/a', '/seq/trashy'].map(isOpen)).toEqual([false, false, true]);
    expect(pathsOf({ collections: ['/seq'], include: ['/seq/trash/**'] }).isOpen('/seq/trash')).toBe(true);
  });
});
