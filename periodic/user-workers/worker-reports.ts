import { hostname } from 'node:os';
import { z } from 'zod';
import type { Documents } from '../../cookiejar/cookie-jar.ts';

const problemSchema = z.object({
  file: z.string().exactOptional(),
  line: z.number().exactOptional(),
  column: z.number().exactOptional(),
  reason: z.string(),
});

const configProblemSchema = z.object({ file: z.string(), path: z.string(), found: z.string(), allowed: z.string() });

const reportSchema = z.object({
  host: z.string(),
  /** Of the `*.worker.ts` files. */
  folder: z.string(),
  /** ISO instant of the last change. */
  at: z.string(),
  workers: z.array(
    z.object({
      name: z.string(),
      /** Relative to the folder; absent for those that come with the package. */
      file: z.string().exactOptional(),
      /** Path of the config file; absent where `PeriodicWorker.json` is all there is. */
      config: z.string().exactOptional(),
      /** As it is written in the configuration. */
      interval: z.string().exactOptional(),
    }),
  ),
  /** What is wrong with the `*.worker.ts` files; what was in force stays. */
  problems: z.array(problemSchema),
  /** What is wrong with the config files. */
  configuration: z.array(configProblemSchema),
  warnings: z.array(z.string()),
});

/** What the worker processes of one host make of one folder, and of the config files: who can be run, and what is wrong. */
export type WorkersReport = Readonly<z.output<typeof reportSchema>>;

const PREFIX = 'workers:';

/** Leaves a report for other processes to show, in place of the one before. */
export async function reportWorkers(
  documents: Documents,
  report: Omit<WorkersReport, 'host' | 'at'>,
  host = hostname(),
): Promise<void> {
  const write = reportSchema.parse({ ...report, host, at: new Date().toISOString() });
  await documents.update(`${PREFIX}${host}:${report.folder}`, () => ({ result: undefined, write }));
}

/** What all hosts reported last. */
export async function readWorkerReports(documents: Documents): Promise<WorkersReport[]> {
  const reports: WorkersReport[] = [];
  for await (const { body } of documents.list(PREFIX)) {
    const report = reportSchema.safeParse(body);
    if (report.success) reports.push(report.data);
  }
  return reports;
}
