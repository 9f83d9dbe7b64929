/** What was looked at, and what was found. */
export interface Check {
  readonly check: string;
  /** A warning is for people to judge; a failure keeps retrieval from working. */
  readonly state: 'ok' | 'warning' | 'failed';
  readonly detail: string;
}

/** A check in one line, for people. */
export function describeCheck({ check, state, detail }: Check): string {
  return `${state.padEnd(8)} ${check}: ${detail}`;
}
