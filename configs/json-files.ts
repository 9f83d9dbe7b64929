import { isUtf8 } from 'node:buffer';
import { lstatSync, readFileSync, statSync } from 'node:fs';
import type { ConfigProblem } from './errors.ts';
import { type JsonRecord, JsonSyntaxError, parseJsonText } from './json-text.ts';

/** A config file as it was read: its object, or what is wrong; neither if there is no such file. */
export interface JsonFile {
  readonly value?: JsonRecord;
  readonly problems: readonly ConfigProblem[];
}

/** Nobody writes a larger one by hand; what is larger was put there by mistake. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Reads a file that holds one JSON object. `name` is what problems call the file. */
export function readJsonFile(path: string, name: string): JsonFile {
  const refuse = (found: string, allowed: string): JsonFile => ({
    problems: [{ file: name, path: '', found, allowed }],
  });
  try {
    const stats = statSync(path);
    // Reading a pipe or a device would wait for ever, or never come to an end.
    if (!stats.isFile()) return refuse(stats.isDirectory() ? 'a folder' : 'a pipe or device', 'a file');
    if (stats.size > MAX_BYTES) return refuse(`${stats.size} bytes`, `a file of at most ${MAX_BYTES} bytes`);
    const bytes = readFileSync(path);
    const encoding = foreignEncoding(bytes);
    return encoding === undefined ? parseObject(bytes.toString(), name) : refuse(encoding, 'text in UTF-8');
  } catch (error) {
    if (!isMissing(error)) return refuse(String(error), 'a readable file');
    return isLink(path) ? refuse('a link to nothing', 'a file, or a link to one') : { problems: [] };
  }
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

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

/** What is not UTF-8 about some bytes: what Windows' editors write where they are not told otherwise. */
function foreignEncoding(bytes: Buffer): string | undefined {
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff') return 'text in UTF-16';
  if (!isUtf8(bytes)) return 'bytes that are no UTF-8';
  return bytes.includes(0) ? 'NUL bytes, as text in UTF-16 has them' : undefined;
}
