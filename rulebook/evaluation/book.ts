import type { Context } from '../authoring/context.ts';
import type { Defined } from './collect-definitions.ts';

/** A definition with its place in the rulebook's order and the context it gets. */
export type Entry<K extends Defined['kind'] = Defined['kind']> = Extract<Defined, { kind: K }> & {
  readonly index: number;
  readonly context: Context;
};

/** The definitions of a loaded rulebook version, each kind in its order. */
export interface Book {
  readonly rules: readonly Entry<'rule'>[];
  readonly loaders: readonly Entry<'loader'>[];
  readonly receivers: readonly Entry<'receiver'>[];
}

/** Sorts definitions (already in order) by kind and gives each its context. */
export function createBook(definitions: readonly Defined[], contextFor: (defined: Defined) => Context): Book {
  const rules: Entry<'rule'>[] = [];
  const loaders: Entry<'loader'>[] = [];
  const receivers: Entry<'receiver'>[] = [];
  definitions.forEach((defined, index) => {
    const context = contextFor(defined);
    if (defined.kind === 'rule') rules.push({ ...defined, index, context });
    else if (defined.kind === 'loader') loaders.push({ ...defined, index, context });
    else receivers.push({ ...defined, index, context });
  });
  return { rules, loaders, receivers };
}
