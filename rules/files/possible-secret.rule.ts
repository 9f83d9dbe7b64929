import { basename } from 'node:path';
import { defineRule, notify } from 'cookie-monster';

const SECRET =
  /^(id_(rsa|dsa|ecdsa|ed25519)|\.env(\..+)?|\.netrc|\.pgpass|\.htpasswd|.*\.(pem|key|p12|pfx|keystore|kdbx))$/i;
const HARMLESS = /\.(example|sample|template)$/i;

/** Reports files whose name says that they hold keys or passwords. */
export default defineRule({
  id: 'possible-secret',
  priority: 10,
  matches: ({ path }) => SECRET.test(basename(path)) && !HARMLESS.test(path),
  action: ({ path }) => ({ notifications: [notify('possible_secret', { data: { path } })] }),
});
