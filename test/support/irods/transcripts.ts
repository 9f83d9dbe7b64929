import { readFileSync, readdirSync } from 'node:fs';

/** One recorded run of a real baton. */
export interface Transcript {
  readonly name: string;
  readonly description: string;
  readonly argv: readonly string[];
  readonly stdin: string;
  readonly stdout: string;
  readonly exitCode: number;
  readonly signal?: string;
  readonly stderr: string;
}

const FOLDER = new URL('../../fixtures/baton-transcripts/', import.meta.url);

/** All recorded runs, in order. */
export function transcripts(): Transcript[] {
  return readdirSync(FOLDER)
    .toSorted()
    .map((file) => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Transcript);
}

/** One recorded run by its number. */
export function transcript(number: string): Transcript {
  const found = transcripts().find(({ name }) => name.startsWith(number));
  if (found === undefined) throw new Error(`no transcript ${number}`);
  return found;
}
