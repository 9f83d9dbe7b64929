import { beginTemporalRun } from './temporal-run.ts';

/** Runs once, before all test files. */
export default async function globalSetup(): Promise<void> {
  await beginTemporalRun();
}
