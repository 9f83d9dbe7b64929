import type { DefinitionKind } from './authoring/kind.ts';

/** Why the files of a rules folder make no usable rulebook. */
export interface RuleProblem {
  /** Relative to the rules folder; absent where no single file is to blame. */
  readonly file?: string;
  /** Counted from 1. */
  readonly line?: number;
  /** Counted from 1. */
  readonly column?: number;
  readonly reason: string;
}

/** One rule, loader or receiver of a rulebook version. */
export interface DefinitionSummary {
  readonly kind: DefinitionKind;
  readonly id: string;
  /** Absent for receivers, which have no order. */
  readonly priority?: number;
  /** Relative to the rules folder, with `/` between its parts. */
  readonly file: string;
}
