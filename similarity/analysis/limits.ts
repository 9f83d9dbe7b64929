/** How much goes into one of something. */
export interface AnalysisLimits {
  /** About how large a document of the index may become, in bytes. */
  readonly partBytes: number;
  /** About how large a document of planned changes may become, in bytes. */
  readonly todoBytes: number;
  /** After so many changed cookies what was found is put in force, so that a crash costs no more than that. */
  readonly roundCookies: number;
}

export const DEFAULT_LIMITS: AnalysisLimits = { partBytes: 250_000, todoBytes: 250_000, roundCookies: 100_000 };
