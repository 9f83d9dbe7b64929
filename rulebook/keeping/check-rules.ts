import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../authoring/context.ts';
import type { DefinitionSummary, RuleProblem } from '../problem.ts';
import { surveyFolder } from './survey-folder.ts';

/** What `cookie-monster rules check` tells of a folder. */
export interface RulesCheck {
  /** Content hash of the version that the folder makes; absent where there are problems. */
  readonly hash?: string;
  readonly definitions: readonly DefinitionSummary[];
  readonly problems: readonly RuleProblem[];
}

/**
 * Checks the rules of a folder without putting them in force; needs no jar.
 * @param logger takes what the files' top level logs
 */
export async function checkRules(rulesFolder: string, logger: Log = SILENT): Promise<RulesCheck> {
  const cacheFolder = await mkdtemp(join(tmpdir(), 'cookie-monster-check-'));
  try {
    const { bundle, definitions, problems } = await surveyFolder({ rulesFolder, cacheFolder, logger });
    return { ...(bundle === undefined ? {} : { hash: bundle.hash }), definitions, problems };
  } finally {
    await rm(cacheFolder, { recursive: true, force: true });
  }
}

const silent = (): void => undefined;
const SILENT: Log = { debug: silent, info: silent, warn: silent, error: silent };
