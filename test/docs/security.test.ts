import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SECURITY_HEADERS } from '../../api/security-headers.ts';
import { loadSettings } from '../../configs/load-settings.ts';
import { projectFileSchema } from '../../configs/project-file.ts';
import { readProjectFile, ROOT } from './project-files.ts';

const text = readProjectFile('docs/security.md');
const flat = text.replaceAll(/\s+/g, ' ');

/** Read by Temporal's own library, or by Node. */
const OF_OTHERS = ['TEMPORAL_TLS_SERVER_CA_CERT_PATH', 'NODE_EXTRA_CA_CERTS', 'INGEST_TOKEN', 'TOKEN'];

describe('docs/security.md', () => {
  it('names only variables that mean something', () => {
    const configs = readdirSync(join(ROOT, 'configs')).filter((file) => file.endsWith('.ts'));
    const source = configs.map((file) => readProjectFile(join('configs', file))).join('\n');
    const named = [...text.matchAll(/\b[A-Z]{2,}(?:_[A-Z]+)+\b/g)].map(([name]) => name);
    for (const name of new Set([...named, 'HOST'])) {
      expect([name, OF_OTHERS.includes(name) || new RegExp(`\\b${name}\\b`).test(source)]).toEqual([name, true]);
    }
  });

  it('gives the defaults of its settings as they are', () => {
    const { api } = projectFileSchema.parse({});
    expect(api).toEqual({ bodyLimit: 10 * 1024 ** 2, tokens: [], hosts: [], maxRequestsPerSecond: 1000 });
    expect(flat).toContain('_api.maxRequestsPerSecond_ (1000)');
    expect(flat).toContain('_api.bodyLimit_, 10 MiB');
    expect(flat).toContain('_api.hosts_ (none)');
    expect(loadSettings({}, ROOT).api).toMatchObject({ host: '127.0.0.1', tokens: [] });
  });

  it('has an example that is a configuration', () => {
    const [, example = ''] = /```json\n([^]+?)```/.exec(text) ?? [];
    const whole = example.replace('sha256:0123…', `sha256:${'0'.repeat(64)}`);
    expect(projectFileSchema.parse(JSON.parse(whole)).api.tokens).toHaveLength(3);
  });

  it('names the headers that browsers heed', () => {
    expect(flat).toContain(SECURITY_HEADERS['x-content-type-options']);
    expect(flat).toContain(SECURITY_HEADERS['cache-control']);
  });
});
