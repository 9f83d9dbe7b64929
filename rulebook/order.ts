import type { DefinitionKind } from './authoring/kind.ts';
import { Priority } from './authoring/priority.ts';
import type { DefinitionSummary } from './problem.ts';

const KIND_ORDER: Record<DefinitionKind, number> = { rule: 0, loader: 1, receiver: 2 };

/** The order of a rulebook: by kind, then lower priority numbers first, ties by file path, then id, in code unit order. */
export function compareDefinitions(a: DefinitionSummary, b: DefinitionSummary): number {
  return (
    KIND_ORDER[a.kind] - KIND_ORDER[b.kind] ||
    (a.priority ?? Priority.MIN) - (b.priority ?? Priority.MIN) ||
    compareText(a.file, b.file) ||
    compareText(a.id, b.id)
  );
}

/** Compares by code units, so that every machine agrees whatever its language. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
