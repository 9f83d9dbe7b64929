import { InvalidArgumentError } from 'commander';
import { loadSettings } from '../../configs/load-settings.ts';
import { InvalidIdentifierError } from '../../cookiejar/errors.ts';
import { checkIdentifier } from '../../cookiejar/identifier.ts';
import { Lifetime } from '../lifetime.ts';
import { createLogger } from '../log.ts';
import type { AskSimilar, SimilarAnswer, Unknown } from '../similar/answer.ts';
import { findApi } from '../similar/ask-api.ts';
import { openSimilar } from '../similar/ask-jar.ts';
import { namesOf } from '../similar/names.ts';

/** Options of `cookie-monster similar`. */
export interface SimilarOptions {
  /** 0 to 100. */
  readonly threshold?: number;
  readonly limit?: number;
  readonly json?: boolean;
}

const MAX_LIMIT = 1000;
/** What was typed is wrong. */
export const USAGE = 2;
const UNKNOWN = 1;

/** `cookie-monster similar`: the cookies that are similar to one, from the running installation or from its jar. */
export async function similarCommand(path: string, { json = false, ...question }: SimilarOptions): Promise<number> {
  const settings = loadSettings();
  const log = createLogger();
  const lifetime = new Lifetime(log);
  try {
    const ask = (await findApi(settings.api)) ?? (await openSimilar(settings, lifetime, log));
    const answer = await firstKnown(ask, await namesOf(path), question);
    if ('unknown' in answer) {
      if (json) console.log(JSON.stringify({ identifier: path, error: answer.unknown }, undefined, 2));
      else console.error(answer.unknown);
      return UNKNOWN;
    }
    if (json) console.log(JSON.stringify(answer, undefined, 2));
    else for (const line of linesOf(answer, question.threshold)) console.log(line);
    return 0;
  } finally {
    await lifetime.close();
  }
}

/** Reads the identifier or path. @throws InvalidArgumentError */
export function cookiePath(text: string): string {
  try {
    return checkIdentifier(text);
  } catch (error) {
    if (!(error instanceof InvalidIdentifierError)) throw error;
    throw new InvalidArgumentError(error.message);
  }
}

/** Reads `--threshold`. @throws InvalidArgumentError */
export function threshold(text: string): number {
  if (/^\d{1,3}(\.\d{1,6})?$/.test(text) && Number(text) <= 100) return Number(text);
  throw new InvalidArgumentError('It must be a number from 0 to 100.');
}

/** Reads `--limit`. @throws InvalidArgumentError */
export function limit(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_LIMIT) return Number(text);
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MAX_LIMIT}.`);
}

/** The answer for the first name that is known, else the reason for the last: a file's own path. */
async function firstKnown(
  ask: AskSimilar,
  names: readonly [string, ...string[]],
  question: SimilarOptions,
): Promise<SimilarAnswer | Unknown> {
  let answer = await ask(names[0], question);
  for (const name of names.slice(1)) {
    if (!('unknown' in answer)) return answer;
    answer = await ask(name, question);
  }
  return answer;
}

function linesOf({ identifier, family, similar }: SimilarAnswer, asked = 0): string[] {
  const above = asked > 0 ? ` above ${asked}` : '';
  return [
    ...(family === undefined ? [] : [`${identifier} is one of the ${family.size} of the family of ${family.name}`]),
    ...(similar.length === 0 ? [`nothing is similar to ${identifier}${above}`] : []),
    ...similar.map(({ identifier: other, measurements }) => {
      const scores = Object.entries(measurements).map(([name, score]) => `${name} ${score}`);
      return `${String(Math.max(...Object.values(measurements))).padStart(6)}  ${other}  (${scores.join(', ')})`;
    }),
  ];
}
