import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import { PACKAGE_ROOT } from '../bundling/package-root.ts';
import type { CodeLocation } from '../periodic/threads/messages.ts';
import { similarityConfigSchema } from '../similarity/analysis/similarity-config.ts';

/** A periodic worker that comes with the package and runs in a thread of its own; off without its config file. */
export interface ThreadedWorker {
  /** Its own keys; strict. */
  readonly configSchema: z.ZodObject;
  readonly code: CodeLocation;
  /** Heap of its thread, in megabytes. */
  readonly memoryMb: number;
}

/** What an analysis of some hundred thousand cookies takes, with room to breathe. */
const ANALYSIS_MB = 1536;

/** Those that come with the package, by class name. */
export const threadedWorkers: Readonly<Record<string, ThreadedWorker>> = {
  SimilarityAnalysis: {
    configSchema: similarityConfigSchema,
    code: builtModule('similarity/analysis/similarity-analysis.js'),
    memoryMb: ANALYSIS_MB,
  },
};

/** A module of what building the package makes; it is a thread's to load. */
function builtModule(path: string): CodeLocation {
  return { url: pathToFileURL(join(PACKAGE_ROOT, 'dist', path)).href, folder: PACKAGE_ROOT, ownFolders: [] };
}
