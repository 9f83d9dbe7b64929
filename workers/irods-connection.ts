import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Settings } from '../configs/settings.ts';
import { Pace } from '../pacing/pace.ts';
import { plainJsonObject } from '../cookiejar/plain-json.ts';
import { BatonList } from '../retrieval/irods/baton-list.ts';
import type { IrodsReader } from '../rulebook/authoring/context.ts';

/** The iRODS zone that an installation is connected to. */
export interface IrodsConnection {
  /** Folder of baton's programs. */
  readonly binDir: string;
  /** Of all that this process asks iRODS, where that is limited. */
  readonly pace: Pace | undefined;
  /** `context.irods` of users' code. */
  readonly reader: IrodsReader;
  /** Ends the processes of baton. */
  close(): Promise<void>;
}

const LISTING_PROGRAM = 'baton-do';

/** Connects where baton is: where BATON_BIN_DIR says or, without it, where the PATH has it. Else there is no iRODS. */
export function openIrods({ irods, embedded }: Pick<Settings, 'irods' | 'embedded'>): IrodsConnection | undefined {
  const binDir = irods.batonBinDir ?? findOnPath(embedded.searchPath);
  if (binDir === undefined) return undefined;
  const { processes, timeoutMs, maxRequestsPerSecond: perSecond } = irods;
  const pace = perSecond === undefined ? undefined : new Pace({ perSecond });
  const listing = new BatonList({ binDir, processes, timeoutMs, pace });
  return {
    binDir,
    pace,
    reader: { list: async (path, options) => plainJsonObject(await listing.list(path, options), path) },
    close: async () => listing.close(),
  };
}

function findOnPath(searchPath: string): string | undefined {
  return searchPath.split(delimiter).filter(Boolean).find(hasProgram);
}

function hasProgram(folder: string): boolean {
  try {
    accessSync(join(folder, LISTING_PROGRAM), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
