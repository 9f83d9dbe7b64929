/** The longest pause between two tries of an unreachable store, in ms. */
const MAX_OUTAGE_MS = 5000;
const FIRST_OUTAGE_MS = 50;

/** The longest pause after a conflict, in ms: the other writer is done long before. */
const MAX_CONFLICT_MS = 500;
const FIRST_CONFLICT_MS = 4;

/**
 * Pause before a store that failed `failures` times in a row is tried again, in ms.
 * @param leastMs what the store asked for: never less, and a little more, so that many who were told do not come at once
 */
export function outagePause(failures: number, leastMs = 0): number {
  return leastMs + jittered(Math.min(MAX_OUTAGE_MS, FIRST_OUTAGE_MS * 2 ** (failures - 1)));
}

/** Pause before a document that was written by others `conflicts` times in a row is read again, in ms. */
export function conflictPause(conflicts: number): number {
  return jittered(Math.min(MAX_CONFLICT_MS, FIRST_CONFLICT_MS * 2 ** (conflicts - 1)));
}

/** Half of it at least, so that many who wait do not come back at once. */
function jittered(ms: number): number {
  return ms * (0.5 + Math.random() / 2);
}
