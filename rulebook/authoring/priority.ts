/** Marks for the order in which rules and loaders run: lower numbers run first. */
export const Priority = {
  /** Runs before everything else. */
  MAX: 0,
  /** Runs last; what definitions without a priority have. */
  MIN: Number.MAX_SAFE_INTEGER,
} as const;
