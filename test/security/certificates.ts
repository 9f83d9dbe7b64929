import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate authority of a test's own, and a server that it vouches for. */
export interface Authority extends Disposable {
  /** Path of its certificate. */
  readonly caFile: string;
  readonly ca: string;
  /** Of a server at 127.0.0.1. */
  readonly server: { readonly key: string; readonly cert: string };
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Founds one; `using` forgets it. */
export function foundAuthority(name = 'cookie-monster tests'): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'cookie-monster-ca-'));
  const at = (file: string) => join(folder, file);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  openssl('req', '-x509', ...NEW_KEY, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', `/CN=${name}`);
  openssl('req', ...NEW_KEY, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=couch');
  writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1');
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
  openssl('x509', '-req', '-in', 'server.csr', ...signed, '-out', 'server.pem');
  const read = (file: string) => readFileSync(at(file), 'utf8');
  return {
    caFile: at('ca.pem'),
    ca: read('ca.pem'),
    server: { key: read('server.key'), cert: read('server.pem') },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
