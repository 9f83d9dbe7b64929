/** Thrown when the folder to retrieve from cannot be used. */
export class UnusableRootError extends Error {
  override readonly name = 'UnusableRootError';
  readonly root: string;

  constructor(root: string, reason: string, cause?: unknown) {
    super(`root: found ${root}, ${reason}; allowed: an existing, readable folder outside of COOKIE_MONSTER_HOME`, {
      cause,
    });
    this.root = root;
  }
}

/** What kept a file or folder from being read. */
export type Obstacle = 'vanished' | 'unreadable';

const OBSTACLES: Readonly<Record<string, Obstacle>> = {
  ENOENT: 'vanished',
  ENOTDIR: 'vanished',
  EACCES: 'unreadable',
  EPERM: 'unreadable',
  ELOOP: 'unreadable',
  EIO: 'unreadable',
  ESTALE: 'unreadable',
  EBUSY: 'unreadable',
  ENXIO: 'unreadable',
  ENAMETOOLONG: 'unreadable',
};

/**
 * What a file system error says about one file or folder.
 * @throws the error, if it is about more than that: too many open files, say
 */
export function obstacleOf(error: unknown): Obstacle {
  const code = codeOf(error);
  const obstacle = Object.hasOwn(OBSTACLES, code) ? OBSTACLES[code] : undefined;
  if (obstacle === undefined) throw error;
  return obstacle;
}

/** Whether an error says that there is nothing at a path. */
export function isMissing(error: unknown): boolean {
  return OBSTACLES[codeOf(error)] === 'vanished';
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
