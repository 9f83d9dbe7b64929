import { z } from 'zod';

/** Files up to this size are hashed by default: some milliseconds of reading each. */
const SMALL_BYTES = 16 * 1024 ** 2;

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1000,
  KiB: 1024,
  MB: 1000 ** 2,
  MiB: 1024 ** 2,
  GB: 1000 ** 3,
  GiB: 1024 ** 3,
  TB: 1000 ** 4,
  TiB: 1024 ** 4,
};
const HASH_TEXT = `"small" (up to 16 MiB), "always", "never", or the largest size to hash, such as "100 MiB" (units: ${Object.keys(UNITS).join(', ')})`;
const ROOT_TEXT = 'the path of a folder, absolute or relative to where the process was started, without NUL';
const GLOBS_TEXT = 'a list of glob patterns, such as ["*.cram", "/reports/**"]';

/** Keys of `FolderRetrieval.json` beside those of every periodic worker. */
export const folderConfigSchema = z.strictObject({
  /** The folder whose files become cookies. */
  root: z.string(ROOT_TEXT).regex(/^[^\0]+$/, ROOT_TEXT),
  /** Which files: patterns without `/` match names anywhere, others the path below root. */
  include: z.array(glob(), GLOBS_TEXT).min(1, `${GLOBS_TEXT}, at least one`).default(['**']),
  /** Which files and folders not; a folder is left out with all it holds. */
  exclude: z.array(glob(), GLOBS_TEXT).default([]),
  /** Which files get a sha256. */
  hash: hashBound().prefault('small'),
});

/** What a folder retrieval is told; `hash` is the largest size to hash, in bytes. */
export type FolderConfig = z.output<typeof folderConfigSchema>;

function glob() {
  const allowed = 'a glob pattern that is not empty and does not begin with "!"; what is not wanted goes to "exclude"';
  return z.string(allowed).regex(/^[^!]/s, allowed);
}

function hashBound() {
  return z.unknown().transform((value, context) => {
    if (value === 'small') return SMALL_BYTES;
    if (value === 'always') return Number.POSITIVE_INFINITY;
    if (value === 'never') return -1;
    const bytes = typeof value === 'string' ? parseSize(value) : undefined;
    if (bytes !== undefined) return bytes;
    context.addIssue({ code: 'custom', message: HASH_TEXT });
    return z.NEVER;
  });
}

function parseSize(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d{1,9}) *([A-Za-z]+)$/.exec(text.trim()) ?? [];
  const size = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  return amount === undefined || size === undefined ? undefined : Number(amount) * size;
}
