import type { DefinitionKind } from './authoring/kind.ts';

/** Thrown when a rule, loader or receiver is defined with something missing, unknown or wrong. */
export class InvalidDefinitionError extends Error {
  override readonly name = 'InvalidDefinitionError';
  readonly kind: DefinitionKind;
  /** Every fault, each with what is allowed. */
  readonly faults: readonly string[];

  constructor(kind: DefinitionKind, id: unknown, faults: readonly string[]) {
    super(`${kind}${typeof id === 'string' ? ` '${id}'` : ''} ${faults.join('; ')}`);
    this.kind = kind;
    this.faults = faults;
  }
}

/** Thrown when a rulebook version is not in the jar, is not what its hash says, or cannot be loaded here. */
export class RulebookUnavailableError extends Error {
  override readonly name = 'RulebookUnavailableError';
  /** Content hash of the version. */
  readonly rulebook: string;

  constructor(rulebook: string, reason: string, options?: ErrorOptions) {
    super(`rulebook ${rulebook.slice(0, 12)} is unavailable: ${reason}`, options);
    this.rulebook = rulebook;
  }
}

/** Thrown when a loader or receiver threw, was stopped at its time limit or gave something unusable. */
export class UserCodeError extends Error {
  override readonly name = 'UserCodeError';
  readonly kind: DefinitionKind;
  readonly id: string;
  /** Relative to the rules folder; empty where the rulebook has no such definition. */
  readonly file: string;
  /** What went wrong, without the id and file that `message` has too. */
  readonly reason: string;
  /** Where it is false, no further attempt will succeed. */
  readonly retryable: boolean;
  /** When to try again at the earliest, in milliseconds from now, where the code said so. */
  readonly retryAfterMs?: number;

  constructor(code: {
    kind: DefinitionKind;
    id: string;
    file: string;
    message: string;
    retryable?: false;
    retryAfterMs?: number;
  }) {
    super(`${code.kind} '${code.id}'${code.file === '' ? '' : ` (${code.file})`}: ${code.message}`);
    this.kind = code.kind;
    this.id = code.id;
    this.file = code.file;
    this.reason = code.message;
    this.retryable = code.retryable ?? true;
    if (code.retryAfterMs !== undefined) this.retryAfterMs = code.retryAfterMs;
  }
}

/** Thrown when the folder that should hold the rules is not there. */
export class RulesFolderMissingError extends Error {
  override readonly name = 'RulesFolderMissingError';
  readonly folder: string;

  constructor(folder: string) {
    super(`the rules folder ${folder} does not exist or is no folder; create it or set COOKIE_MONSTER_RULES`);
    this.folder = folder;
  }
}

/** Thrown to those who wait for an evaluator that was closed. */
export class EvaluatorClosedError extends Error {
  override readonly name = 'EvaluatorClosedError';

  constructor() {
    super('the evaluator is closed');
  }
}

/** Thrown while there is no rulebook to judge by: jobs wait for one. */
export class NoRulebookError extends Error {
  override readonly name = 'NoRulebookError';

  constructor() {
    super('no rulebook is in force: no worker has found a usable rules folder so far');
  }
}
