import picomatch from 'picomatch';

/** Whether a path below the root, with `/` between its parts, is meant. */
export type PathFilter = (path: string) => boolean;

/**
 * A filter that any of the patterns lets through. Files whose name begins with a dot are matched as others are. A
 * pattern without `/` matches names at any depth, one that begins with `/` only from the root on.
 */
export function anyGlob(patterns: readonly string[]): PathFilter {
  const filters = patterns.map(oneGlob);
  return (path) => filters.some((matches) => matches(path));
}

function oneGlob(pattern: string): PathFilter {
  // "s", because names may have line breaks in them.
  const options = { dot: true, flags: 's' };
  if (!pattern.includes('/')) return picomatch(pattern, { ...options, basename: true });
  return picomatch(pattern.replace(/^\//, ''), options);
}
