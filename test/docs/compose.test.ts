import { existsSync, readdirSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { withoutEmpty } from '../../configs/environment.ts';
import { loadSettings } from '../../configs/load-settings.ts';
import { composeFile, composeVariables } from './compose-file.ts';
import { exampleVariables, readProjectFile, ROOT } from './project-files.ts';

const SECRETS = new Map([
  ['COUCHDB_PASSWORD', 'couch-secret'],
  ['POSTGRES_PASSWORD', 'postgres-secret'],
  ['COOKIE_MONSTER_API_TOKEN', 'api-secret-of-the-tests'],
]);
const OWN = ['api', 'worker'] as const;
/** Read by Temporal's own environment configuration, which `configs/` leaves to it. */
const OF_TEMPORAL = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'];

const compose = composeFile(SECRETS);
const services = Object.entries(compose.services);
const variables = composeVariables();

describe('docker-compose.yml', () => {
  it.each(services)('has for %s an image with a pinned tag', (_, { image, build }) => {
    expect(image ?? build).toBeDefined();
    if (image !== undefined) expect(image).toMatch(/^[\w./-]+:\d+\.\d+[\w.-]*$/);
  });

  it('builds every image that is not fetched', () => {
    const fetched = services.filter(([, { pull_policy: policy }]) => policy !== 'never');
    const built = services.filter(([, { build }]) => build !== undefined).map(([, { image }]) => image);
    const local = services.filter((service) => !fetched.includes(service)).map(([, { image }]) => image);
    expect(built.length).toBeGreaterThan(0);
    expect(built).toEqual(expect.arrayContaining(local));
  });

  it.each(services)('lets %s wait only for services that exist, and can be waited for in that way', (_, service) => {
    for (const [name, { condition }] of Object.entries(service.depends_on)) {
      const other = compose.services[name];
      expect(other).toBeDefined();
      if (condition === 'service_healthy') expect(other?.healthcheck?.test).toBeDefined();
      else
        expect({ condition, restart: other?.restart }).toEqual({
          condition: 'service_completed_successfully',
          restart: 'no',
        });
    }
  });

  it.each(services)('publishes ports of %s on 127.0.0.1 only', (_, { ports }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('publishes no port twice', () => {
    const published = services.flatMap(([, { ports }]) => ports.map((port) => port.split(':')[1]));
    expect(new Set(published).size).toBe(published.length);
  });

  it.each(services)('mounts into %s only what the checkout has, read-only, and declared volumes', (_, { volumes }) => {
    for (const volume of volumes) {
      const [source = '', , mode] = volume.split(':');
      if (source.startsWith('.'))
        expect({ source, exists: existsSync(join(ROOT, source)), mode }).toEqual({ source, exists: true, mode: 'ro' });
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  it('starts every script that it mounts, and mounts every script there is', () => {
    const mounted = services.flatMap(([, { volumes, entrypoint }]) =>
      volumes.filter((volume) => volume.includes('.sh:')).map((volume) => ({ volume, entrypoint })),
    );
    for (const { volume, entrypoint } of mounted) expect(entrypoint).toContain(volume.split(':')[1]);
    const scripts = readdirSync(join(ROOT, 'docker'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.sh'),
    );
    expect(mounted.map(({ volume }) => normalize(volume.split(':')[0] ?? '')).toSorted()).toEqual(
      scripts.map((path) => join('docker', path)).toSorted(),
    );
  });

  it('does not start without its secrets, and says which one is missing', () => {
    expect(variables.required).toEqual(new Set(SECRETS.keys()));
    for (const missing of SECRETS.keys()) {
      const others = new Map([...SECRETS].filter(([name]) => name !== missing));
      expect(() => composeFile(others)).toThrow(missing);
    }
  });

  it.each(OWN)('gives %s time to end by itself after SIGTERM', (name) => {
    expect(Number.parseInt(compose.services[name]?.stop_grace_period ?? '0', 10)).toBeGreaterThanOrEqual(10);
  });

  it('lets several workers run side by side', () => {
    expect(compose.services['worker']).not.toHaveProperty('container_name');
    expect(compose.services['worker']?.ports).toEqual([]);
  });
});

describe('.env.example', () => {
  const example = exampleVariables();

  it('describes exactly the variables that docker-compose.yml takes, each with a comment', () => {
    expect(new Set(example.keys())).toEqual(variables.all);
    for (const name of example.keys())
      expect(readProjectFile('.env.example')).toMatch(new RegExp(`^# .+\\n${name}=`, 'm'));
  });

  it('holds the same defaults as docker-compose.yml, and no secret', () => {
    for (const [name, value] of example)
      expect({ name, value }).toEqual({ name, value: variables.defaults.get(name) ?? '' });
  });
});

describe('the environment of the services that are ours', () => {
  const configs = readdirSync(join(ROOT, 'configs')).filter((file) => file.endsWith('.ts'));
  const source = configs.map((file) => readProjectFile(join('configs', file))).join('\n');

  it.each(OWN)('has for %s only variables that mean something to it', (name) => {
    for (const variable of Object.keys(compose.services[name]?.environment ?? {})) {
      expect(OF_TEMPORAL.includes(variable) || new RegExp(`\\b${variable}\\b`).test(source)).toBe(true);
    }
  });

  it('leads the API to the other services, open to its container and closed to strangers', () => {
    const settings = loadSettings(withoutEmpty(compose.services['api']?.environment ?? {}), ROOT);
    expect(settings).toMatchObject({
      temporal: { address: 'temporal:7233', namespace: 'default' },
      couchdb: { url: 'http://couchdb:5984', user: 'admin', password: 'couch-secret', database: 'cookie-monster' },
      api: {
        host: '0.0.0.0',
        port: 5000,
        token: 'api-secret-of-the-tests',
        tokens: [{ name: 'default', access: 'write' }],
      },
    });
  });

  it('leads the workers to the other services', () => {
    const settings = loadSettings(withoutEmpty(compose.services['worker']?.environment ?? {}), ROOT);
    expect(settings).toMatchObject({
      temporal: { address: 'temporal:7233', namespace: 'default' },
      couchdb: { url: 'http://couchdb:5984', user: 'admin', password: 'couch-secret', database: 'cookie-monster' },
    });
  });

  it('names the port that the API listens on and the published one leads to', () => {
    const { environment = {}, ports = [] } = compose.services['api'] ?? {};
    expect(ports.map((port) => port.split(':')[2])).toEqual([environment['PORT']]);
  });
});
