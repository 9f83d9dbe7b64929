import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWorkerConfigs } from '../../../configs/worker-configs.ts';
import { irodsConfigSchema } from '../../../retrieval/irods/retrieval/irods-config.ts';
import { inspectWorkerConfig } from '../../../workers/inspect-worker-config.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'irods-config-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function read(worker: string, content: object) {
  writeFileSync(join(folder, `${worker}.json`), JSON.stringify(content));
  return readWorkerConfigs(folder, inspectWorkerConfig);
}

describe('the configuration of an iRODS retrieval', () => {
  it('needs a zone and nothing else', () => {
    expect(irodsConfigSchema.parse({ zone: 'seq' })).toEqual({
      zone: 'seq',
      overlap: 60_000,
      settle: 5000,
      timeout: 600_000,
      window: 30 * 24 * 3_600_000,
      include: ['**'],
      exclude: [],
    });
  });

  it('has the overlap of its readings in `overlap`, and that of its runs in `schedule_overlap`', () => {
    const { configs, problems } = read('IrodsRetrieval', {
      zone: 'seq',
      overlap: '2 min',
      schedule_overlap: 'buffer_one',
    });
    expect(problems).toEqual([]);
    const config = configs.get('IrodsRetrieval');
    expect(config?.overlap).toBe('buffer_one');
    expect(irodsConfigSchema.strip().parse(config?.values).overlap).toBe(120_000);
  });

  it("may have a Schedule's policy in `overlap`, as other workers do", () => {
    const { configs, problems } = read('IrodsRetrieval', { zone: 'seq', overlap: 'buffer_all' });
    expect(problems).toEqual([]);
    const config = configs.get('IrodsRetrieval');
    expect(config?.overlap).toBe('buffer_all');
    expect(irodsConfigSchema.strip().parse(config?.values).overlap).toBe(60_000);
  });

  it('is the only one that takes a duration there', () => {
    const { problems } = read('FolderRetrieval', { root: '/data', overlap: '60 s' });
    expect(problems).toMatchObject([{ path: 'overlap', found: 'an unknown key' }]);
  });

  it.each([
    [{ zone: undefined }, 'zone', /iRODS zone/],
    [{ zone: '/seq' }, 'zone', /iRODS zone/],
    [{ overlap: '0 s' }, 'overlap', /from 1 s to 7 d/],
    [{ overlap: '1.5 s' }, 'overlap', /whole number/],
    [{ settle: 5 }, 'settle', /"60 s"/],
    [{ since: 'yesterday' }, 'since', /ISO-8601/],
    [{ since: '2026-01-05T06:00:00' }, 'since', /zone/],
    [{ include: [] }, 'include', /at least one/],
    [{ exclude: ['!*.cram'] }, 'exclude[0]', /"exclude"/],
    [{ windows: '1 d' }, 'windows', /did you mean window/],
  ])('is refused with %j', (keys, path, allowed) => {
    const { problems } = read('IrodsRetrieval', { zone: 'seq', ...keys });
    expect(problems).toEqual([
      expect.objectContaining({ path, allowed: expect.stringMatching(allowed) as unknown as string }),
    ]);
  });
});
