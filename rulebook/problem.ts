import type { SourceProblem } from '../bundling/source-problem.ts';
import type { RetrySummary } from './authoring/receiver-retry.ts';
import type { DefinitionKind } from './authoring/kind.ts';

/** Why the files of a rules folder make no usable rulebook. */
export type RuleProblem = SourceProblem;

/** One rule, loader or receiver of a rulebook version. */
export interface DefinitionSummary {
  readonly kind: DefinitionKind;
  readonly id: string;
  /** Absent for receivers, which have no order. */
  readonly priority?: number;
  /** Relative to the rules folder, with `/` between its parts. */
  readonly file: string;
  /** How a receiver is tried again, as far as its definition says. */
  readonly retry?: RetrySummary;
}
