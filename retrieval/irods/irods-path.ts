import { BatonRefusalError } from './errors.ts';

/** A path as baton takes it. */
export interface BatonTarget {
  readonly collection: string;
  /** The last name of the path. It may turn out to be a collection's. */
  readonly data_object?: string;
}

/**
 * An absolute path without what iRODS would leave out of it.
 * @throws BatonRefusalError for a path that is not absolute or has empty or dotted parts
 */
export function checkPath(path: string): string {
  const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const parts = trimmed.split('/').slice(1);
  const isPlain = trimmed === '/' || parts.every((part) => part !== '' && part !== '.' && part !== '..');
  if (path.startsWith('/') && isPlain && !path.includes('\0')) return trimmed;
  throw new BatonRefusalError(
    `path: found ${JSON.stringify(path)}; allowed: an absolute iRODS path, such as /zone/home/me`,
  );
}

/** A path as a question about whatever lies there: baton finds out whether that is a collection. */
export function targetOf(path: string): BatonTarget {
  const slash = path.lastIndexOf('/');
  // A zone's root is always a collection, and lies in no named one.
  if (slash === 0) return { collection: path };
  return { collection: path.slice(0, slash), data_object: path.slice(slash + 1) };
}

/** The path of what baton gives as collection and name. */
export function pathOf({ collection, data_object: name }: BatonTarget): string {
  if (name === undefined) return collection;
  return collection === '/' ? `/${name}` : `${collection}/${name}`;
}
