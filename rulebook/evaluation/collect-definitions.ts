import { definitionKind, definitionOrigin } from '../authoring/definition.ts';
import type { Loader } from '../authoring/loader.ts';
import { Priority } from '../authoring/priority.ts';
import type { Receiver } from '../authoring/receiver.ts';
import { retrySummary } from '../authoring/receiver-retry.ts';
import type { Rule } from '../authoring/rule.ts';
import { compareDefinitions } from '../order.ts';
import type { DefinitionSummary, RuleProblem } from '../problem.ts';
import { words } from '../../bundling/fault-text.ts';
import { positionIn } from '../../bundling/stack-position.ts';

/** A definition together with what is known about it. */
export type Defined =
  | (DefinitionSummary & { readonly kind: 'rule'; readonly code: Rule })
  | (DefinitionSummary & { readonly kind: 'loader'; readonly code: Loader })
  | (DefinitionSummary & { readonly kind: 'receiver'; readonly code: Receiver });

/** What a loaded bundle exports: each rule file with its module. */
export type BundleModules = readonly (readonly [file: string, module: object])[];

/** The definitions of a bundle in the order of the rulebook, and what is wrong with them. */
export interface Collection {
  readonly definitions: readonly Defined[];
  readonly problems: readonly RuleProblem[];
}

/** Gathers all definitions that rule files export, under any names, as default, or in arrays. */
export function collectDefinitions(modules: BundleModules): Collection {
  const problems: RuleProblem[] = [];
  const found = new Map<object, Defined>();
  for (const [file, module] of modules) {
    const definitions = definitionsOf(file, module, problems);
    if (definitions.length === 0 && !problems.some((problem) => problem.file === file))
      problems.push({
        file,
        reason: 'exports no rule, loader or receiver (made by defineRule, defineLoader or defineReceiver)',
      });
    // One definition may be exported twice, e.g. by name and as default.
    for (const defined of definitions) if (!found.has(defined.code)) found.set(defined.code, defined);
  }
  const definitions = [...found.values()].toSorted(compareDefinitions);
  return { definitions, problems: [...problems, ...duplicates(definitions)] };
}

/** Exports may be anything: lists that hold themselves, proxies that throw. */
function definitionsOf(file: string, module: object, problems: RuleProblem[]): Defined[] {
  try {
    return exportedValues(module).flatMap((value) => definitionOf(value, file, problems));
  } catch (fault) {
    problems.push({ file, reason: `its exports cannot be looked at: ${words(fault)}` });
    return [];
  }
}

function exportedValues(module: object): unknown[] {
  const values: unknown[] = Object.values(module);
  return values.flatMap((value) => (Array.isArray(value) ? (value.flat(Infinity) as unknown[]) : [value]));
}

function definitionOf(value: unknown, file: string, problems: RuleProblem[]): Defined[] {
  if (isRule(value))
    return [{ kind: 'rule', id: value.id, file, priority: value.priority ?? Priority.MIN, code: value }];
  if (isLoader(value))
    return [{ kind: 'loader', id: value.id, file, priority: value.priority ?? Priority.MIN, code: value }];
  if (isReceiver(value)) return [{ kind: 'receiver', id: value.id, file, ...retryOf(value), code: value }];
  const forgotten = looksLike(value);
  if (forgotten !== undefined) problems.push({ file, reason: `exports what looks like a ${forgotten}` });
  return [];
}

function retryOf({ retry }: Receiver): Pick<DefinitionSummary, 'retry'> {
  return retry === undefined ? {} : { retry: retrySummary(retry) };
}

function isRule(value: unknown): value is Rule {
  return definitionKind(value) === 'rule';
}

function isLoader(value: unknown): value is Loader {
  return definitionKind(value) === 'loader';
}

function isReceiver(value: unknown): value is Receiver {
  return definitionKind(value) === 'receiver';
}

function looksLike(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value)) return undefined;
  if ('matches' in value || 'action' in value) return 'rule but was not made by defineRule()';
  if ('canEnrich' in value || 'load' in value) return 'loader but was not made by defineLoader()';
  return 'receive' in value ? 'receiver but was not made by defineReceiver()' : undefined;
}

function duplicates(definitions: readonly Defined[]): RuleProblem[] {
  const first = new Map<string, Defined>();
  return definitions
    .toSorted((a, b) => (a.file < b.file ? -1 : 1))
    .flatMap((definition) => {
      const key = `${definition.kind} ${definition.id}`;
      const other = first.get(key);
      if (other === undefined) {
        first.set(key, definition);
        return [];
      }
      const reason = `there is already a ${definition.kind} with the id '${definition.id}' in ${other.file}; ids must be unique`;
      return [{ file: definition.file, ...positionIn(definitionOrigin(definition.code), definition.file), reason }];
    });
}

/** What may leave the thread about a definition. */
export function summaryOf({ kind, id, priority, file, retry }: DefinitionSummary): DefinitionSummary {
  return { kind, id, file, ...(priority === undefined ? {} : { priority }), ...(retry === undefined ? {} : { retry }) };
}
