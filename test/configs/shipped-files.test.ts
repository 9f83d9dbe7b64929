import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { packageRoot } from '../../configs/folders.ts';
import { loadSettings } from '../../configs/load-settings.ts';
import { readWorkerConfigs } from '../../configs/worker-configs.ts';
import { inspectWorkerConfig, SHIPPED_NAMES } from '../../workers/inspect-worker-config.ts';

const configs = join(packageRoot(), 'configs');

describe('shipped config files', () => {
  it('make settings', () => {
    expect(loadSettings({ COOKIE_MONSTER_CONFIG: configs }).rules.rounds).toBe(100);
  });

  it('leave shipped workers off', () => {
    const { configs: on, problems } = readWorkerConfigs(join(configs, 'workers'));
    expect([on.size, problems]).toEqual([0, []]);
  });

  it.each(readdirSync(join(configs, 'examples')))('have an example %s that can be used', (file) => {
    const worker = basename(file, '.json');
    const read = readWorkerConfigs(join(configs, 'examples'));
    const config = read.configs.get(worker);
    if (config === undefined) throw new Error(JSON.stringify(read.problems));
    expect(SHIPPED_NAMES).toContain(worker);
    expect(inspectWorkerConfig(config)).toEqual([]);
  });
});
