import { z } from 'zod';
import type { Documents } from '../cookiejar/cookie-jar.ts';
import type { JsonObject } from '../cookiejar/json.ts';
import { type Suspect, Suspects } from './suspects.ts';

const STATE = 'reconciler:state';

/** A document of suspects stays about this small, in UTF-16 units of JSON. */
const CHUNK_LENGTH = 256 * 1024;

/** What a look found, and how many were found since ever. */
export interface ReconcilerReport {
  /** ISO instant at which the last run was done; null before the first. */
  readonly lastRun: string | null;
  /** What had changed and was looked at. */
  readonly checked: number;
  /** What was lost, and taken up again. */
  readonly found: number;
  readonly foundInAll: number;
}

/** What is kept from one look to the next. */
export interface ReconcilerState {
  /** Where the changes are read on; absent: at the beginning. */
  readonly position?: string | undefined;
  readonly suspects: Suspects;
  readonly report: ReconcilerReport;
}

const setSchema = z.enum(['a', 'b']);
type ChunkSet = z.output<typeof setSchema>;

const stateSchema = z.object({
  position: z.string().exactOptional(),
  /** Which of the two sets of documents has the suspects. */
  set: setSchema,
  /** How many documents there are in each. */
  chunks: z.object({ a: z.number(), b: z.number() }),
  last_run: z.string().nullable(),
  checked: z.number(),
  found: z.number(),
  found_in_all: z.number(),
});

const chunkSchema = z.object({ suspects: z.array(z.tuple([z.string(), z.string(), z.number()])) });

const NOTHING = { set: 'a', chunks: { a: 0, b: 0 }, last_run: null, checked: 0, found: 0, found_in_all: 0 } as const;

/**
 * Keeps the state: one small document, and the suspects in others, of which there are two sets. The one that is not in
 * force is written, then the small document, which puts it in force: a crash in between leaves the former state.
 */
export class ReconcilerBook {
  readonly #documents: Documents;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  async read(): Promise<ReconcilerState> {
    const { position, set, chunks, ...report } = await this.#stored();
    const ids = Array.from({ length: chunks[set] }, (_, index) => chunkId(set, index));
    const suspects: Suspect[] = [];
    for (const id of ids) {
      const chunk = chunkSchema.safeParse((await this.#documents.read([id])).get(id)).data;
      suspects.push(...(chunk?.suspects ?? []).map(([name, mark, seen]) => ({ id: name, mark, seen })));
    }
    return { ...(position !== undefined && { position }), suspects: new Suspects(suspects), report: tell(report) };
  }

  /** What the last run came to. */
  async report(): Promise<ReconcilerReport> {
    return tell(await this.#stored());
  }

  async write({ position, suspects, report }: ReconcilerState): Promise<void> {
    const { set: before, chunks } = await this.#stored();
    const set = before === 'a' ? 'b' : 'a';
    const texts = chunksOf(suspects);
    for (const [index, chunk] of texts.entries()) await this.#put(chunkId(set, index), { suspects: chunk });
    for (let index = texts.length; index < chunks[set]; index++) await this.#drop(chunkId(set, index));
    await this.#put(STATE, {
      ...(position !== undefined && { position }),
      set,
      chunks: { ...chunks, [set]: texts.length },
      last_run: report.lastRun,
      checked: report.checked,
      found: report.found,
      found_in_all: report.foundInAll,
    });
  }

  async #stored(): Promise<z.output<typeof stateSchema>> {
    return stateSchema.safeParse((await this.#documents.read([STATE])).get(STATE)).data ?? NOTHING;
  }

  async #put(id: string, body: JsonObject): Promise<void> {
    await this.#documents.update(id, () => ({ result: undefined, write: body }));
  }

  async #drop(id: string): Promise<void> {
    await this.#documents.update(id, (body) =>
      body === undefined ? { result: undefined } : { result: undefined, remove: true },
    );
  }
}

function tell(stored: Pick<z.output<typeof stateSchema>, 'last_run' | 'checked' | 'found' | 'found_in_all'>) {
  const { last_run: lastRun, checked, found, found_in_all: foundInAll } = stored;
  return { lastRun, checked, found, foundInAll };
}

function chunkId(set: ChunkSet, index: number): string {
  return `reconciler:suspects:${set}:${index}`;
}

function chunksOf(suspects: Iterable<Suspect>): [string, string, number][][] {
  const chunks: [string, string, number][][] = [];
  let room = 0;
  for (const { id, mark, seen } of suspects) {
    const length = JSON.stringify([id, mark, seen]).length;
    if (length > room || chunks.length === 0) {
      chunks.push([]);
      room = CHUNK_LENGTH;
    }
    chunks.at(-1)?.push([id, mark, seen]);
    room -= length;
  }
  return chunks;
}
