import { join } from 'node:path';
import { loadSettings } from '../../configs/load-settings.ts';
import { checkWorkerConfig, readWorkerConfigs } from '../../configs/worker-configs.ts';
import { intervalProblems } from '../../periodic/interval.ts';
import { shippedWorkers } from '../../retrieval/shipped-workers.ts';
import { EXAMPLE } from './centre.ts';

describe('the configuration of the sequencing centre', () => {
  it('makes settings, found from the folder itself', () => {
    const settings = loadSettings({}, EXAMPLE);
    expect([settings.configFolder, settings.rulesFolder]).toEqual([join(EXAMPLE, 'configs'), join(EXAMPLE, 'rules')]);
  });

  it('has iRODS retrieved', () => {
    const { configs, problems } = readWorkerConfigs(join(EXAMPLE, 'configs', 'workers'));
    expect(problems).toEqual([]);
    expect([...configs.keys()]).toEqual(['IrodsRetrieval']);
    for (const [worker, config] of configs) {
      const shipped = shippedWorkers[worker];
      if (shipped === undefined) throw new Error(`${worker} is not shipped`);
      expect(checkWorkerConfig(config, shipped.configSchema).problems).toEqual([]);
      expect(intervalProblems(config.interval, config.timezone)).toEqual([]);
    }
  });
});
