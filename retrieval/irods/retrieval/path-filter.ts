import { anyGlob, type PathFilter } from '../../folder/globs.ts';
import type { IrodsConfig } from './irods-config.ts';

/** Whether an object is wanted, by its absolute path. */
export function wantedPaths({ zone, include, exclude }: Pick<IrodsConfig, 'zone' | 'include' | 'exclude'>): PathFilter {
  const trash = `/${zone}/trash/`;
  const leavesOutTrash = !include.some((pattern) => pattern.replace(/^\//, '').startsWith(trash.slice(1, -1)));
  const wanted = anyGlob(include);
  const unwanted = anyGlob(exclude);
  return (path) => {
    if (leavesOutTrash && path.startsWith(trash)) return false;
    return wanted(path.slice(1)) && (exclude.length === 0 || !withCollections(path).some(unwanted));
  };
}

/** The path and those of all collections that it lies in, each without its leading slash. */
function withCollections(path: string): string[] {
  const parts = path.split('/').slice(1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
