import { describe } from '../../bundling/describe.ts';
import { InvalidDefinitionError } from '../errors.ts';
import type { DefinitionKind } from './kind.ts';

// Registered symbols: rules may have been written against another copy of this package than the one that runs them.
const KIND = Symbol.for('cookie-monster.definition.kind');
const ORIGIN = Symbol.for('cookie-monster.definition.origin');

/** The kind of what `defineRule`, `defineLoader` or `defineReceiver` made; undefined for anything else. */
export function definitionKind(value: unknown): DefinitionKind | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const kind: unknown = Reflect.get(value, KIND);
  return kind === 'rule' || kind === 'loader' || kind === 'receiver' ? kind : undefined;
}

/** The stack at the place of the definition, for reports about it. */
export function definitionOrigin(definition: object): string | undefined {
  const origin: unknown = Reflect.get(definition, ORIGIN);
  return typeof origin === 'string' ? origin : undefined;
}

/** Marks a checked definition with its kind and origin, and freezes it. */
export function brand<T extends object>(kind: DefinitionKind, definition: T): T {
  const branded = Object.defineProperties(
    { ...definition },
    { [KIND]: { value: kind }, [ORIGIN]: { value: new Error().stack } },
  );
  return Object.freeze(branded);
}

/** What one property of a definition must be. */
export interface PropertyRule {
  readonly optional?: true;
  readonly allowed: string;
  readonly test: (value: unknown) => boolean;
  /** What the properties of an object that passes must be. */
  readonly inside?: Readonly<Record<string, PropertyRule>>;
}

const MAX_ID_LENGTH = 200;

/** An id: what reports, enrichments and notifications call the definition. */
export const ID: PropertyRule = {
  allowed: `a text of 1 to ${MAX_ID_LENGTH} characters without control characters or spaces at its ends`,
  test: (value) =>
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= MAX_ID_LENGTH &&
    value.trim() === value &&
    !/\p{Cc}|\p{Cs}/u.test(value),
};

/** A place in the order: from `Priority.MAX` to `Priority.MIN`. */
export const PRIORITY: PropertyRule = {
  optional: true,
  allowed: 'a number from Priority.MAX (0, runs first) to Priority.MIN (runs last)',
  test: (value) => typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER,
};

/** A function. */
export const FUNCTION: PropertyRule = { allowed: 'a function', test: (value) => typeof value === 'function' };

/**
 * Checks that a definition has the properties it must have and no others.
 * @throws InvalidDefinitionError naming every fault
 */
export function checkDefinition(kind: DefinitionKind, definition: unknown, shape: Record<string, PropertyRule>): void {
  if (typeof definition !== 'object' || definition === null)
    throw new InvalidDefinitionError(kind, undefined, [`must be an object, not ${describe(definition)}`]);
  const given = new Map<string, unknown>(Object.entries(definition));
  const faults = [...unknownProperties(given, shape), ...wrongProperties(given, shape)];
  if (faults.length > 0) throw new InvalidDefinitionError(kind, given.get('id'), faults);
}

function unknownProperties(given: Map<string, unknown>, shape: Record<string, PropertyRule>): string[] {
  const allowed = Object.keys(shape);
  const unknown = [...given.keys()].filter((key) => !allowed.includes(key));
  return unknown.map((key) => `has an unknown property '${key}' (allowed: ${allowed.join(', ')})`);
}

function wrongProperties(given: Map<string, unknown>, shape: Record<string, PropertyRule>): string[] {
  return Object.entries(shape).flatMap(([key, { optional, allowed, test, inside }]) => {
    const value = given.get(key);
    if (value === undefined) return optional ? [] : [`lacks '${key}' (${allowed})`];
    if (!test(value)) return [`has ${describe(value)} as '${key}' (allowed: ${allowed})`];
    return inside === undefined ? [] : faultsInside(key, value, inside);
  });
}

function faultsInside(key: string, value: unknown, shape: Record<string, PropertyRule>): string[] {
  const given = new Map<string, unknown>(Object.entries(Object(value)));
  const faults = [...unknownProperties(given, shape), ...wrongProperties(given, shape)];
  return faults.map((fault) => `${fault} in '${key}'`);
}
