import type { Documents } from '../../cookiejar/cookie-jar.ts';
import { type IndexState, parseState, stateBody } from './index-state.ts';
import type { SightingIds } from './sighting-ids.ts';
import { Sightings } from './sightings.ts';

/** What is needed to remove what nobody asks for. */
export interface SweepParts {
  readonly documents: Documents;
  readonly ids: SightingIds;
  /** Called between removals: it may throw to stop. */
  readonly step: () => void;
}

/** So many documents are removed at once. */
const REMOVED_AT_ONCE = 200;

/**
 * Removes the sightings up to an instant, which the index does not promise to have any more. What a crash leaves is
 * removed the next time.
 */
export async function dropSightings(parts: SweepParts, { edition, keptFrom }: IndexState): Promise<void> {
  const { documents, ids } = parts;
  const sightings = new Sightings(documents, ids, edition);
  const prefix = ids.sightings(edition);
  const start = ids.order === 'latest' ? ids.before(edition, keptFrom) : undefined;
  await inPortions(parts, documents.listIds(prefix, start), async (id) => {
    const { instant, hash } = ids.parse(edition, id);
    if (instant > keptFrom) return false;
    await sightings.drop(hash, instant);
    return true;
  });
}

/** Removes the editions that the index was made in before. */
export async function dropEditions(parts: SweepParts, { edition, swept }: IndexState): Promise<void> {
  const { documents, ids } = parts;
  for (let old = swept; old < edition; old++) {
    for (const prefix of [ids.sightings(old), ids.notes(old)]) {
      await inPortions(parts, documents.listIds(prefix), async (id) => {
        await documents.update(id, () => ({ result: undefined, remove: true }));
        return true;
      });
    }
  }
  if (swept < edition) await noteSwept(parts, edition);
}

async function noteSwept({ documents, ids }: SweepParts, swept: number): Promise<void> {
  await documents.update(ids.state, (body) => {
    const state = parseState(body);
    if (state === undefined || state.swept >= swept) return { result: undefined };
    return { result: undefined, write: stateBody({ ...state, swept }) };
  });
}

/** Does something with every id until it says that there is no more to do. */
async function inPortions(
  { step }: SweepParts,
  ids: AsyncIterable<string>,
  act: (id: string) => Promise<boolean>,
): Promise<void> {
  let portion: Promise<boolean>[] = [];
  for await (const id of ids) {
    portion.push(act(id));
    if (portion.length < REMOVED_AT_ONCE) continue;
    step();
    if ((await Promise.all(portion)).includes(false)) return;
    portion = [];
  }
  await Promise.all(portion);
}
