import { type Context, type Cookie, type JsonObject, type JsonValue, defineLoader } from 'cookie-monster';
import { metadataOf } from './object-metadata.ts';

const FORMATS = {
  ssdeep: /^\d+:[A-Za-z0-9+/]*:[A-Za-z0-9+/]*$/,
  sha256: /^[0-9a-f]{64}$/i,
  md5: /^[0-9a-f]{32}$/i,
  media_type: /^[\w.+-]+\/[\w.+-]+$/,
} as const;
type Digest = keyof typeof FORMATS;

const NAMES = ['ssdeep', 'sha256', 'md5', 'media_type'] as const satisfies readonly Digest[];
/** How iRODS marks a SHA-256 in its own checksums, which are MD5 otherwise. */
const SHA256_MARK = 'sha2:';

/**
 * Takes an iRODS object's digests from its metadata and checksum, without reading it. The attributes have the digests'
 * names (`ssdeep`, `sha256`, `md5`, `media_type`), or those that `digest_attributes` in the `context` section of
 * `configs/cookie-monster.json` gives them, such as `{"md5": "file_md5"}`.
 */
export default defineLoader({
  id: 'irods-digests',
  priority: 30,
  canEnrich: (cookie, context) => {
    const known = cookie.enrichments.mostRecent('digests')?.metadata;
    const found = digestsOf(cookie, context);
    return found !== undefined && (known === undefined ? isTelling(found) : !isSame(known, found));
  },
  load: (cookie, context) => ({ source: 'digests', metadata: digestsOf(cookie, context) ?? {} }),
});

/** Undefined for cookies that are no iRODS objects. */
function digestsOf(cookie: Cookie, { config }: Context): JsonObject | undefined {
  const object = metadataOf(cookie);
  if (object === undefined) return undefined;
  const attributes = namesIn(config['digest_attributes']);
  const own = checksumDigest(object.checksum);
  const found = NAMES.map((name) => {
    const values = object.attributes.get(attributes[name] ?? name) ?? [];
    const value = values.findLast((text) => FORMATS[name].test(text)) ?? own[name];
    return [name, value ?? (name === 'ssdeep' ? withdrawn(cookie) : undefined)] as const;
  });
  const size = object.size === undefined ? {} : { size: object.size };
  return { ...Object.fromEntries(found.filter(([, value]) => value !== undefined)), ...size, from: 'irods' };
}

/** Where there was a digest, it is to be said that there is none any more. */
function withdrawn(cookie: Cookie): null | undefined {
  const told = cookie.enrichments.fromSource('digests').some(({ metadata }) => metadata['ssdeep'] !== undefined);
  return told ? null : undefined;
}

function checksumDigest(checksum: string | undefined): Partial<Record<Digest, string>> {
  if (checksum === undefined) return {};
  if (!checksum.startsWith(SHA256_MARK)) return FORMATS.md5.test(checksum) ? { md5: checksum } : {};
  const sha256 = Buffer.from(checksum.slice(SHA256_MARK.length), 'base64').toString('hex');
  return FORMATS.sha256.test(sha256) ? { sha256 } : {};
}

function namesIn(configured: JsonValue | undefined): Partial<Record<Digest, string>> {
  if (typeof configured !== 'object' || configured === null) return {};
  const named = NAMES.map((name) => [name, new Map(Object.entries(configured)).get(name)] as const);
  return Object.fromEntries(named.filter(([, attribute]) => typeof attribute === 'string'));
}

function isTelling(found: JsonObject): boolean {
  return NAMES.some((name) => name !== 'media_type' && found[name] !== undefined);
}

function isSame(one: JsonObject, other: JsonObject): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}
