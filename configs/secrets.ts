/** What stands in for a secret wherever settings are shown. */
export const REDACTED = '[redacted]';

const SECRET_NAME = /pass(word|phrase|wd)?$|secret|token|api_?key|credential|private|authorization/i;
const URL_CREDENTIALS = /\/\/[^/@\s]+@/g;

/** Whether a key or variable of this name holds something that no log may show. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** The environment for programs that have no use for our secrets: where these are passed on, they turn up again. */
export function environmentWithoutSecrets(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => !isSecretName(name) && redact(value) === value),
  );
}

/** A copy fit for a log: values under secret names, credentials in addresses and binary data are replaced. */
export function redact(value: unknown, name = ''): unknown {
  if (value !== undefined && value !== null && isSecretName(name)) return REDACTED;
  if (typeof value === 'string') return value.replace(URL_CREDENTIALS, `//${REDACTED}@`);
  if (ArrayBuffer.isView(value)) return REDACTED;
  if (Array.isArray(value)) return value.map((item) => redact(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redact(item, key)]));
}
