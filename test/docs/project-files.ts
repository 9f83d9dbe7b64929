import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The text of a file of the checkout. */
export function readProjectFile(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The variables of `.env.example`, each with the value it has there. */
export function exampleVariables(): Map<string, string> {
  const pairs = readProjectFile('.env.example').matchAll(/^(\w+)=(.*)$/gm);
  return new Map([...pairs].map(([, name = '', value = '']) => [name, value]));
}
