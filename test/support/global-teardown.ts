import { endTemporalRun } from './temporal-run.ts';

/** Runs once, after all test files. */
export default async function globalTeardown(): Promise<void> {
  await endTemporalRun();
}
