import { inspect } from 'node:util';

/** Thrown when a trigger is asked something that makes no sense. */
export class InvalidTriggerError extends Error {
  override readonly name = 'InvalidTriggerError';

  constructor(what: string, found: unknown, allowed: string) {
    super(`${what}: found ${describe(found)}; allowed is ${allowed}`);
  }
}

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : inspect(value, { depth: 2, breakLength: Infinity });
}

/** Thrown when another repetition of the same run has begun: what this one finds out is of no use any more. */
export class RunSupersededError extends Error {
  override readonly name = 'RunSupersededError';

  constructor(run: string) {
    super(`another repetition of the run ${run} has begun; this one ends`);
  }
}

/** Thrown within this room when an index is changed by somebody who took its owner for dead. */
export class TurnLostError extends Error {
  override readonly name = 'TurnLostError';

  constructor(index: string) {
    super(`somebody else has taken over the index ${index}`);
  }
}
