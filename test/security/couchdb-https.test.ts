import { StoreUnavailableError, UntrustedServerError } from '../../cookiejar/errors.ts';
import { openJar } from '../../cookiejar/open-jar.ts';
import { loadSettings } from '../../configs/load-settings.ts';
import { startJarServer } from '../../embedded/jar/server.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../support/command.ts';
import { size } from '../support/jar-contract.ts';
import { type Authority, foundAuthority } from './certificates.ts';
import { type CouchdbGate, startCouchdbGate } from './couchdb-gate.ts';

const CREDENTIALS = { user: 'joe', password: 'p@ss/wörd' };

describe('a CouchDB with a certificate of a private CA', () => {
  let authority: Authority;
  let gate: CouchdbGate;
  let close: () => Promise<void>;

  beforeAll(async () => {
    authority = foundAuthority();
    const folder = await mkdtemp(join(tmpdir(), 'cookie-monster-https-'));
    const jar = await startJarServer({ folder, port: 0 });
    gate = await startCouchdbGate({ url: jar.url, credentials: 'joe:p@ss/wörd', tls: authority.server });
    close = async () => {
      await gate[Symbol.asyncDispose]();
      await jar.close();
      await rm(folder, { recursive: true });
      authority[Symbol.dispose]();
    };
  });

  afterAll(async () => close());

  it('is spoken to where the CA is known', async () => {
    const store = await openJar({ url: gate.url, database: 'a', ca: authority.ca, ...CREDENTIALS });
    await store.jar.enrich([{ identifier: '/a', enrichments: [size(1)] }]);
    expect(await store.jar.fetch('/a')).toBeDefined();
    await store.close();
  });

  it('is refused at once where it is not, or another is, and hears no password', async () => {
    using other = foundAuthority('somebody else');
    gate.answer = undefined;
    const before = gate.seen.length;
    for (const ca of [{}, { ca: other.ca }]) {
      const opening = openJar({ url: gate.url, database: 'a', ...ca, ...CREDENTIALS });
      await expect(opening).rejects.toThrow(UntrustedServerError);
      await expect(opening).rejects.toThrow(
        /certificate of CouchDB at https:.* is not trusted \(\w+\): set COUCHDB_CA/,
      );
      await expect(opening).rejects.not.toThrow(/p@ss/);
    }
    expect(gate.seen).toHaveLength(before);
  });

  it('is refused under a name that its certificate does not have', async () => {
    const url = gate.url.replace('127.0.0.1', 'localhost');
    const opening = openJar({ url, database: 'a', ca: authority.ca, ...CREDENTIALS });
    await expect(opening).rejects.toThrow(/not trusted \(ERR_TLS_CERT_ALTNAME_INVALID\)/);
  });

  it('is an outage only where its certificate becomes bad later on', () => {
    expect(new UntrustedServerError('https://couch', 'CERT_HAS_EXPIRED')).toBeInstanceOf(StoreUnavailableError);
  });

  it('is named by one clear error of the command that starts with it', async () => {
    const env = { TEMPORAL_ADDRESS: '127.0.0.1:9', COUCHDB_URL: gate.url, COUCHDB_USER: 'joe', COUCHDB_PASSWORD: 'x' };
    const { code, stderr } = await runCommand(['similar', '/a'], { ...env, PORT: '0' }, tmpdir());
    expect(code).toBe(1);
    expect(stderr).toMatch(/^cookie-monster: the certificate of CouchDB at https:.*COUCHDB_CA/m);
    const known = { ...env, COUCHDB_PASSWORD: CREDENTIALS.password, COUCHDB_CA: authority.caFile, PORT: '0' };
    expect((await runCommand(['similar', '/a'], known, tmpdir())).stderr).toMatch(/\/a/);
  }, 60_000);
});

describe('a CouchDB that leads elsewhere', () => {
  it('is not followed, so that nobody else hears the password', async () => {
    await using elsewhere = await startCouchdbGate({ url: 'http://127.0.0.1:9' });
    elsewhere.answer = { status: 200 };
    for (const status of [301, 302, 307, 308]) {
      await using gate = await startCouchdbGate({ url: 'http://127.0.0.1:9' });
      gate.answer = { status, headers: { location: `${elsewhere.url}/a` } };
      const opening = openJar({ url: gate.url, database: 'a', openTimeoutMs: 0, ...CREDENTIALS });
      await expect(opening).rejects.toThrow(StoreUnavailableError);
      expect(gate.seen.length).toBeGreaterThan(0);
    }
    expect(elsewhere.seen).toEqual([]);
  });
});

describe('COUCHDB_CA', () => {
  it('is the path of a file of certificates', async () => {
    using authority = foundAuthority();
    const { couchdb } = loadSettings({ COUCHDB_URL: 'https://couch', COUCHDB_CA: authority.caFile });
    expect(couchdb.ca).toBe(authority.ca);
  });

  it('is refused where it is none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cookie-monster-ca-'));
    await writeFile(join(folder, 'ca.pem'), 'no certificate');
    expect(() => loadSettings({ COUCHDB_CA: 'ca.pem' }, folder)).toThrow(/COUCHDB_CA: found .*ca\.pem, which has no/);
    expect(() => loadSettings({ COUCHDB_CA: 'missing' }, folder)).toThrow(
      /COUCHDB_CA: found .*missing, which cannot be read/,
    );
    await rm(folder, { recursive: true });
  });
});
