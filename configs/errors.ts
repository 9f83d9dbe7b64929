/** One thing that is wrong in a config file or in the environment. */
export interface ConfigProblem {
  /** The file, or `environment`. */
  readonly file: string;
  /** Where in the file, e.g. `rules.ruleTimeout`; the variable's name for the environment; empty for the whole file. */
  readonly path: string;
  readonly found: string;
  readonly allowed: string;
  /** Line and column, from 1, where the file is no JSON. */
  readonly line?: number;
  readonly column?: number;
}

/** Thrown when configuration cannot be used; names every problem at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(`configuration cannot be used:\n${problems.map((problem) => `  ${describeProblem(problem)}`).join('\n')}`);
    this.problems = problems;
  }
}

/** One problem in one line, for people. */
export function describeProblem({ file, path, found, allowed, line, column }: ConfigProblem): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return `${place}: ${path === '' ? '' : `${path}: `}found ${found}; allowed: ${allowed}`;
}
