import type { z } from 'zod';
import type { PeriodicWorker } from '../periodic/periodic-worker.ts';
import { folderConfigSchema } from './folder/folder-config.ts';
import { FolderRetrieval, type FolderRetrievalContext } from './folder/folder-retrieval.ts';
import { irodsConfigSchema } from './irods/retrieval/irods-config.ts';
import { IrodsRetrieval, type IrodsRetrievalContext } from './irods/retrieval/irods-retrieval.ts';
import { IrodsSweep } from './irods/sweep/irods-sweep.ts';
import { sweepConfigSchema } from './irods/sweep/sweep-config.ts';

/** What any shipped retriever may be given. */
export type RetrieverContext = FolderRetrievalContext & IrodsRetrievalContext;

/** A periodic worker that comes with the package; off without its config file. */
export interface ShippedWorker {
  /** Its own keys; strict. */
  readonly configSchema: z.ZodObject;
  /** Makes the object of one run. */
  readonly create: (context: RetrieverContext) => Pick<PeriodicWorker, 'callback' | 'finished'>;
}

/** The shipped retrievers by class name. */
export const shippedWorkers: Readonly<Record<string, ShippedWorker>> = {
  FolderRetrieval: {
    configSchema: folderConfigSchema,
    create: (context) => new FolderRetrieval(context),
  },
  IrodsRetrieval: {
    configSchema: irodsConfigSchema,
    create: (context) => new IrodsRetrieval(context),
  },
  IrodsSweep: {
    configSchema: sweepConfigSchema,
    create: (context) => new IrodsSweep(context),
  },
};
