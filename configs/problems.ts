import { z } from 'zod';
import type { ConfigProblem } from './errors.ts';
import { nearest } from './nearest.ts';
import { isSecretName, REDACTED } from './secrets.ts';

type Path = readonly PropertyKey[];

/** What came of checking a value: the value as the schema makes it, or everything that is wrong with it. */
export type Checked<T> =
  | { readonly value: T; readonly problems: readonly [] }
  | { readonly value?: never; readonly problems: readonly ConfigProblem[] };

/** Checks a value that was read from `file` and reports all problems, each with its path, what was found and what is allowed. */
export function check<S extends z.ZodType>(schema: S, value: unknown, file: string): Checked<z.output<S>> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data, problems: [] };
  return { problems: parsed.error.issues.flatMap((issue) => toProblems(issue, schema, value, file)) };
}

function toProblems(issue: z.core.$ZodIssue, schema: z.ZodType, value: unknown, file: string): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => ({
      file,
      path: formatPath([...issue.path, key]),
      found: 'an unknown key',
      allowed: allowedKeys(key, known),
    }));
  }
  return [
    { file, path: formatPath(issue.path), found: describeFound(value, issue.path), allowed: describeAllowed(issue) },
  ];
}

function allowedKeys(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return `${meant === undefined ? '' : `did you mean ${meant}? `}one of ${known.join(', ')}`;
}

function describeAllowed(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
  const stated = !issue.message.startsWith('Invalid input');
  if (issue.code === 'invalid_type' && !stated) return issue.expected;
  return issue.message;
}

function describeFound(value: unknown, path: Path): string {
  if (path.some((part) => isSecretName(String(part)))) return REDACTED;
  const found = path.reduce<unknown>((at, part) => (isRecord(at) ? at[part] : undefined), value);
  const text = found === undefined ? 'nothing' : JSON.stringify(found);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
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
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
