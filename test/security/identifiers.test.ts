import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningApi, startApi } from '../../api/serve.ts';
import { type OpenJar, openJar } from '../../cookiejar/open-jar.ts';
import { type JarServer, startJarServer } from '../../embedded/jar/server.ts';
import { openFile } from '../../rules/files/open-file.ts';
import { send } from '../api/raw-request.ts';
import { untouchedBut } from '../api/untouched.ts';

const ODD = [
  '/../../etc/passwd',
  '../../../../../../etc/passwd',
  '/cookiejar/../../etc/passwd',
  '/a/./b/../c',
  'C:\\Windows\\..\\System32',
  '/nul\u0000byte',
  '/new\nline',
  '%2e%2e%2f%2e%2e',
  '~/.ssh/id_rsa',
  'file:///etc/passwd',
  '_design/evil',
  '_local/evil',
  '_users',
  '/\u202Egnp.exe',
  '$(touch pwned)',
  '`touch pwned`',
  '; touch pwned',
  '.',
  '..',
  '/',
];

describe('an identifier that looks like a path', () => {
  let folder: string;
  let server: JarServer;
  let store: OpenJar;
  let api: RunningApi;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cookie-monster-identifiers-'));
    server = await startJarServer({ folder: join(folder, 'jar'), port: 0 });
    store = await openJar({ url: server.url, database: 'odd' });
    const workflows = { ...untouchedBut({}).workflows, count: async () => 0, stopCookie: async () => false };
    const errands = { run: async <T>(errand: () => Promise<T>) => errand() };
    api = await startApi(untouchedBut({ jar: store.jar, wake: async () => {}, workflows, errands }), { port: 0 });
  });

  afterAll(async () => {
    await api.close();
    await store.close();
    await server.close();
    await rm(folder, { recursive: true });
  });

  it.each(ODD.map((identifier) => [identifier]))('is a text and nothing else: %j', async (identifier) => {
    const push = { identifier, enrichments: [{ source: 'odd', metadata: { identifier } }] };
    expect(await send(api.url, { method: 'POST', path: '/cookiejar', body: push })).toMatchObject({
      status: 200,
      body: { cookies: [{ identifier }] },
    });
    for (const path of [
      `/cookiejar?identifier=${encodeURIComponent(identifier)}`,
      `/cookiejar/${encodeURIComponent(identifier)}`,
    ]) {
      expect(await send(api.url, { path })).toMatchObject({
        status: 200,
        body: { identifier, enrichments: [{ source: 'odd', metadata: { identifier } }] },
      });
    }
    const path = `/cookiejar?identifier=${encodeURIComponent(identifier)}`;
    expect(await send(api.url, { method: 'DELETE', path })).toMatchObject({ body: { deleted: identifier } });
    expect(await send(api.url, { path })).toMatchObject({ status: 404 });
  });

  it('is taken as it was sent, dots and all', async () => {
    for (const path of [
      '/cookiejar/../../etc/passwd',
      '/cookiejar/%2e%2e/%2e%2e/etc/passwd',
      '/cookiejar/etc/passwd%00',
    ]) {
      expect(await send(api.url, { path })).toMatchObject({ status: 404, body: { instance: path } });
    }
    expect(await send(api.url, { path: '/../../etc/passwd' })).toMatchObject({ status: 404 });
  });

  it('has made no file anywhere near', async () => {
    expect(await readdir(folder)).toEqual(['jar']);
    expect(await readdir(join(folder, 'jar'))).toEqual(['odd']);
    for (const name of await readdir(join(folder, 'jar', 'odd'))) {
      expect(name).toMatch(/^(\d+\.(ldb|log)|CURRENT|LOCK|LOG(\.old)?|MANIFEST-\d+)$/);
    }
    expect(existsSync('pwned')).toBe(false);
  });

  it.each(['rule_application', 'folder_update', 'irods_update'])(
    'cannot have a file or an object looked at by a forged %s',
    async (source) => {
      const push = { identifier: '/etc/shadow', enrichments: [{ source, metadata: { size: 1 } }] };
      const response = await send(api.url, { method: 'POST', path: '/cookiejar', body: push });
      expect(response).toMatchObject({
        status: 400,
        body: {
          errors: [{ place: 'body.enrichments[0].source', reason: expect.stringMatching(/must not be .* only/) }],
        },
      });
      expect(await store.jar.fetch('/etc/shadow')).toBeUndefined();
    },
  );
});

describe('a file that was replaced since it was found', () => {
  it('is not read where a link or a folder has taken its place', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cookie-monster-links-'));
    await writeFile(join(folder, 'secret'), 'secret');
    await symlink(join(folder, 'secret'), join(folder, 'link'));
    await mkdir(join(folder, 'folder'));
    await expect(openFile(join(folder, 'link'))).rejects.toThrow(/ELOOP/);
    await expect(openFile(join(folder, 'folder'))).rejects.toThrow(/not a regular file/);
    await (await openFile(join(folder, 'secret'))).close();
    await rm(folder, { recursive: true });
  });
});
