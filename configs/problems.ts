import { z } from 'zod';
import type { ConfigProblem } from './errors.ts';
import { nearest } from './nearest.ts';
import { isSecretName, REDACTED } from './secrets.ts';

type Path = readonly PropertyKey[];

/** More problems than these of one file help nobody. */
const MAX_PROBLEMS = 50;
/** So many characters of a value tell which one it is. */
const MAX_SHOWN = 80;

/** What came of checking a value: the value as the schema makes it, or everything that is wrong with it. */
export type Checked<T> =
  | { readonly value: T; readonly problems: readonly [] }
  | { readonly value?: never; readonly problems: readonly ConfigProblem[] };

/** Checks a value that was read from `file` and reports all problems, each with its path, what was found and what is allowed. */
export function check<S extends z.ZodType>(schema: S, value: unknown, file: string): Checked<z.output<S>> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data, problems: [] };
  const problems = parsed.error.issues.flatMap((issue) => toProblems(issue, schema, value, file));
  return { problems: withoutRepeats(problems).slice(0, MAX_PROBLEMS) };
}

/** A value may break several rules that are told in the same words. */
function withoutRepeats(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** What a schema found wrong, in words that cross between threads. */
export interface PlainIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** Name of the type that is wanted. */
  readonly expected?: string;
  /** All values that are allowed. */
  readonly values?: readonly unknown[];
  readonly unknownKeys?: readonly string[];
  /** The keys that there are in place of the unknown ones. */
  readonly knownKeys?: readonly string[];
}

/** The problems of a value that was read from `file` and checked elsewhere. */
export function plainProblems(issues: readonly PlainIssue[], value: unknown, file: string): ConfigProblem[] {
  return issues.flatMap(({ path, message, expected, values, unknownKeys, knownKeys = [] }) => {
    if (unknownKeys !== undefined) return unknownKeys.map((key) => unknownKey(path, key, knownKeys, file));
    const allowed = values === undefined ? allowedOf(message, expected) : oneOf(values);
    return [{ file, path: formatPath(path), found: describeFound(value, path), allowed }];
  });
}

function toProblems(issue: z.core.$ZodIssue, schema: z.ZodType, value: unknown, file: string): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => unknownKey(issue.path, key, known, file));
  }
  return [
    { file, path: formatPath(issue.path), found: describeFound(value, issue.path), allowed: describeAllowed(issue) },
  ];
}

function unknownKey(path: Path, key: string, known: readonly string[], file: string): ConfigProblem {
  return { file, path: formatPath([...path, key]), found: 'an unknown key', allowed: allowedKeys(key, known) };
}

function allowedKeys(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return `${meant === undefined ? '' : `did you mean ${meant}? `}one of ${known.join(', ')}`;
}

function describeAllowed(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return oneOf(issue.values);
  return allowedOf(issue.message, issue.code === 'invalid_type' ? issue.expected : undefined);
}

/** A schema's own message tells more than the name of a type; zod's does not. */
function allowedOf(message: string, expected: string | undefined): string {
  return expected !== undefined && message.startsWith('Invalid input') ? expected : message;
}

function oneOf(values: readonly unknown[]): string {
  return `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
}

function describeFound(value: unknown, path: Path): string {
  if (path.some((part) => isSecretName(String(part)))) return REDACTED;
  const found = path.reduce<unknown>((at, part) => (isRecord(at) ? at[part] : undefined), value);
  const text = found === undefined ? 'nothing' : JSON.stringify(found);
  return cut(withoutCredentials(text, path));
}

/** Addresses hold passwords, and one that is refused need not have them where they belong. */
function withoutCredentials(text: string, path: Path): string {
  const isAddress = /url$/i.test(String(path.at(-1)));
  return text.replace(isAddress ? /"[^"]*@/g : /\/\/[^\s"]*@/g, (found) => {
    const [opening = ''] = /^(?:\/\/|"(?:\w+:\/\/)?)/.exec(found) ?? [];
    return `${opening}${REDACTED}@`;
  });
}

function cut(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}

/** Keys of the object that a schema has at a path. */
function keysAt(schema: unknown, path: Path): string[] {
  const bare = unwrap(schema);
  if (bare instanceof z.ZodArray) return keysAt(bare.element, path.slice(1));
  if (!(bare instanceof z.ZodObject)) return [];
  const [first, ...rest] = path;
  return first === undefined ? Object.keys(bare.shape) : keysAt(bare.shape[String(first)], rest);
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return unwrap(schema.unwrap());
  }
  return schema;
}

function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = cut(String(part));
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
