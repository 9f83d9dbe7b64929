import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import type { SourceProblem } from '../../bundling/source-problem.ts';
import type { UserWorker } from './user-workers.ts';
import { settleNames } from './settle-names.ts';
import { surveyFile, type WorkerVersion } from './survey-file.ts';
import { findWorkerFiles } from './worker-files.ts';

/** What the `*.worker.ts` files of a folder make. */
export interface WorkersCheck {
  readonly workers: readonly UserWorker[];
  readonly problems: readonly SourceProblem[];
}

/**
 * Checks the users' periodic workers of a folder without putting them in force; needs no jar.
 * @param reserved class names that are not to be had
 * @param logger takes what the files' top level logs
 */
export async function checkWorkers(
  folder: string,
  reserved: ReadonlySet<string>,
  logger: Logger = pino({ level: 'silent' }),
): Promise<WorkersCheck> {
  const cacheFolder = await mkdtemp(join(tmpdir(), 'cookie-monster-check-'));
  try {
    const wanted = new Map<string, WorkerVersion>();
    const problems: SourceProblem[] = [];
    for (const file of (await findWorkerFiles(folder)) ?? []) {
      const means = { folder, cacheFolder, logger, reserved };
      const survey = await surveyFile(file, means, { good: undefined, bad: undefined });
      problems.push(...survey.problems);
      if (survey.version !== undefined) wanted.set(file, survey.version);
    }
    const settled = settleNames(wanted, new Map());
    const workers = [...settled.versions].flatMap(([file, { names, hash }]) =>
      names.map((name) => ({ name, file, hash })),
    );
    return { workers, problems: [...problems, ...settled.problems] };
  } finally {
    await rm(cacheFolder, { recursive: true, force: true });
  }
}
