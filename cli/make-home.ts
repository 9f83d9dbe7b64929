import { mkdirSync } from 'node:fs';

/** Makes the data folder where it is missing, for its owner alone: bundles that threads run lie there, and logs. */
export function makeHome(home: string): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
}
