import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  DEFAULT_TOKEN,
  digestOf,
  isPlain,
  isToken,
  TOKEN_WORDS,
  type TokenEntry,
  variableOf,
} from './api-token-text.ts';
import type { Environment } from './environment.ts';
import type { ConfigProblem } from './errors.ts';
import { REDACTED } from './secrets.ts';

/** A token that the API takes, without the token itself. */
export interface ApiTokenSettings {
  readonly name: string;
  readonly access: 'read' | 'write';
  /** SHA-256 of the token, in hexadecimal digits. */
  readonly sha256: string;
}

/** All tokens that are configured. */
export interface ApiTokens {
  readonly tokens: readonly ApiTokenSettings[];
  /** The first one that is known itself, not as a digest only: for commands that ask the API. */
  readonly token?: string;
}

/** Where tokens come from. */
export interface TokenSources {
  readonly env: Environment;
  /** Paths of token files are relative to it. */
  readonly folder: string;
  /** What problems call the config file. */
  readonly file: string;
}

interface ReadToken {
  readonly path: string;
  readonly name: string;
  readonly access: 'read' | 'write';
  readonly text: string;
}

/** Reads the tokens from wherever they are; that of the environment comes first, and may do everything. */
export function apiTokens(
  fromEnvironment: string | undefined,
  entries: readonly TokenEntry[],
  sources: TokenSources,
): { value: ApiTokens; problems: ConfigProblem[] } {
  const own = { path: 'COOKIE_MONSTER_API_TOKEN', name: DEFAULT_TOKEN, access: 'write' } as const;
  const read = entries.map((entry, index) => readToken(entry, `api.tokens[${index}]`, sources));
  const found: ReadToken[] = [
    ...(fromEnvironment === undefined ? [] : [{ ...own, text: fromEnvironment }]),
    ...read.flatMap(({ token }) => token ?? []),
  ];
  const token = found.find(({ text }) => isPlain(text))?.text;
  const tokens = found.map(({ name, access, text }) => ({ name, access, sha256: digestOf(text) }));
  return {
    value: { tokens, ...(token === undefined ? {} : { token }) },
    problems: [...read.flatMap(({ problem }) => problem ?? []), ...repetitions(found, sources.file)],
  };
}

function readToken(
  { name, access, ...source }: TokenEntry,
  path: string,
  sources: TokenSources,
): { token?: ReadToken; problem?: ConfigProblem } {
  const { text, place } = textOf(source, sources);
  if (text !== undefined && isToken(text)) return { token: { path, name, access, text } };
  const found = `${text === undefined ? 'nothing' : REDACTED} in ${place}`;
  return { problem: { file: sources.file, path, found, allowed: TOKEN_WORDS } };
}

function textOf(
  { token = '', tokenFile }: Pick<TokenEntry, 'token' | 'tokenFile'>,
  { env, folder }: TokenSources,
): { text: string | undefined; place: string } {
  if (tokenFile !== undefined) {
    const path = resolve(folder, tokenFile);
    return { text: readText(path), place: path };
  }
  const variable = variableOf(token);
  if (variable === undefined) return { text: token, place: 'the file' };
  return { text: env[variable] || undefined, place: `the environment variable ${variable}` };
}

/** Without the line feed that editors and `echo` leave. */
function readText(path: string): string | undefined {
  try {
    // Reading a pipe would wait for ever.
    if (!statSync(path).isFile()) return undefined;
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}

/** With two names for one token, nobody could tell who did what; with one name for two, neither. */
function repetitions(tokens: readonly ReadToken[], file: string): ConfigProblem[] {
  return tokens.flatMap((token, index) => {
    const earlier = tokens.slice(0, index);
    const sameName = earlier.some(({ name }) => name === token.name);
    const sameToken = earlier.find(({ text }) => digestOf(text) === digestOf(token.text));
    const found = sameName ? `the name "${token.name}" again` : `the same token as that of "${sameToken?.name}"`;
    if (!sameName && sameToken === undefined) return [];
    return [{ file, path: token.path, found, allowed: 'a name and a token that no other has' }];
  });
}
