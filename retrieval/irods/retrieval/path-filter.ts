import { anyGlob, type PathFilter } from '../../folder/globs.ts';
import type { IrodsConfig } from './irods-config.ts';

/** The zone that a filter is for, and what its configuration says. */
type Patterns = Pick<IrodsConfig, 'zone' | 'include' | 'exclude'>;

/** Whether an object is wanted, by its absolute path. */
export function wantedPaths(patterns: Patterns): PathFilter {
  const isOpen = openCollections(patterns);
  const wanted = anyGlob(patterns.include);
  return (path) => wanted(path.slice(1)) && isOpen(path);
}

/** Whether anything in a collection can be wanted, by its absolute path. */
export function openCollections({ zone, include, exclude }: Patterns): PathFilter {
  const trash = `/${zone}/trash/`;
  const leavesOutTrash = !include.some((pattern) => pattern.replace(/^\//, '').startsWith(trash.slice(1, -1)));
  const unwanted = anyGlob(exclude);
  return (path) => {
    if (leavesOutTrash && `${path}/`.startsWith(trash)) return false;
    return exclude.length === 0 || !withCollections(path).some(unwanted);
  };
}

/** The path and those of all collections that it lies in, each without its leading slash. */
function withCollections(path: string): string[] {
  const parts = path.split('/').slice(1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
