import { readFileSync } from 'node:fs';
import type { ConfigProblem } from './errors.ts';
import { type JsonRecord, JsonSyntaxError, parseJsonText } from './json-text.ts';

/** A config file as it was read: its object, or what is wrong; neither if there is no such file. */
export interface JsonFile {
  readonly value?: JsonRecord;
  readonly problems: readonly ConfigProblem[];
}

/** Reads a file that holds one JSON object. `name` is what problems call the file. */
export function readJsonFile(path: string, name: string): JsonFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return { problems: [] };
    return { problems: [{ file: name, path: '', found: String(error), allowed: 'a readable file' }] };
  }
  return parseObject(text, name);
}

/** Whether an error says that a file or folder does not exist. */
export function isMissing(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    (error.code === 'ENOENT' || error.code === 'ENOTDIR')
  );
}

function parseObject(text: string, file: string): JsonFile {
  try {
    const value = parseJsonText(text);
    if (isObject(value)) return { value, problems: [] };
    return { problems: [{ file, path: '', found: describeKind(value), allowed: 'a JSON object: {...}' }] };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const { line, column, found, allowed } = error;
    return { problems: [{ file, path: '', found, allowed, line, column }] };
  }
}

function describeKind(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  return value === null ? 'null' : `a ${typeof value}`;
}

function isObject(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
