import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineRule } from 'cookie-monster';
import { creationSeen, valuesOf } from './irods-object.ts';

const HUMAN_REFERENCES = join(import.meta.dirname, 'human-references.txt');
const SPECIES = /\/references\/([^/]+)\//i;

/**
 * Stops for new objects that were aligned to another reference than a human one. A reference whose path does not say of
 * which species it is stops nothing.
 */
export default defineRule({
  id: 'not-human',
  priority: 10,
  matches: async (cookie) => {
    if (!creationSeen(cookie)) return false;
    const species = valuesOf(cookie, 'reference').map((reference) => SPECIES.exec(reference)?.[1]);
    if (species.length === 0) return false;
    const human = await humanReferences();
    return species.every((one) => one !== undefined && !human.has(one));
  },
  action: () => ({ terminate: true }),
});

/** Read anew each time, so that a list that is saved counts at once. */
async function humanReferences(): Promise<ReadonlySet<string>> {
  const lines = (await readFile(HUMAN_REFERENCES, 'utf8')).split(/\r?\n/).map((line) => line.trim());
  return new Set(lines.filter((line) => line !== '' && !line.startsWith('#')));
}
