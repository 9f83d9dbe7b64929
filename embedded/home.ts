import { accessSync, constants, mkdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HomeUnusableError } from './errors.ts';
import { takeLock } from './lock.ts';
import type { EmbeddedLogger } from './logger.ts';
import { endOrphans } from './orphans.ts';

const OWNER_ONLY = 0o700;
const OF_OTHERS = 0o007;

/** A data folder (`COOKIE_MONSTER_HOME`) that this process owns. */
export interface Home {
  /** Absolute, links resolved. */
  readonly folder: string;
  /** Temporal's database. */
  readonly temporal: string;
  /** The embedded jar's databases. */
  readonly jar: string;
  readonly logs: string;
  /** Downloaded programs. */
  readonly cache: string;
  /** Records of the processes that the owner started. */
  readonly processes: string;
  /** Lets the next one have the home; to be called after everything in it has ended. */
  release(): void;
}

/**
 * Makes this process the owner of a home, which is made if it is missing. What a dead owner left running is ended first,
 * which takes some seconds at most.
 *
 * @throws HomeUnusableError if it cannot be made or written to.
 * @throws HomeInUseError if another process owns it.
 */
export async function openHome(folder: string, logger: EmbeddedLogger): Promise<Home> {
  const root = makeRoot(folder);
  tellIfOpen(root, logger);
  const lock = takeLock(root);
  const home = { ...layOut(root), release: () => lock.release() };
  try {
    await endOrphans(home.processes, logger);
  } catch (error) {
    lock.release();
    throw error;
  }
  return home;
}

function makeRoot(folder: string): string {
  try {
    // Nobody else's business: logs, the jar, Temporal's database, bundles that threads run.
    mkdirSync(folder, { recursive: true, mode: OWNER_ONLY });
    accessSync(folder, constants.W_OK);
    return realpathSync(folder);
  } catch (error) {
    throw new HomeUnusableError(folder, error);
  }
}

/** A folder that was there before may be shared on purpose. */
function tellIfOpen(root: string, logger: EmbeddedLogger): void {
  const { mode } = statSync(root);
  // On Windows, modes say nothing.
  if (process.platform === 'win32' || (mode & OF_OTHERS) === 0) return;
  logger.warn(`other users of this machine can look into ${root}: \`chmod 700\` it unless they are meant to`);
}

function layOut(root: string): Omit<Home, 'release'> {
  const at = (name: string) => join(root, name);
  const folders = {
    temporal: at('temporal'),
    jar: at('jar'),
    logs: at('logs'),
    cache: at('cache'),
    processes: at('processes'),
  };
  for (const path of Object.values(folders)) mkdirSync(path, { recursive: true });
  return { folder: root, ...folders };
}
