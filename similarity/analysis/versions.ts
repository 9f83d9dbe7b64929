import { z } from 'zod';
import type { Documents } from '../../cookiejar/cookie-jar.ts';
import { CorruptDocumentError } from '../../cookiejar/errors.ts';
import type { JsonValue } from '../../cookiejar/json.ts';
import { Prefix, type Slot, manifestId, prefixOfShard, shardId } from './document-ids.ts';
import { OvertakenError } from './errors.ts';
import { type StoredRow, storedRowsSchema } from './index-row.ts';

const manifestSchema = z.object({ turn: z.number(), parts: z.array(z.string().regex(/^[ab][01]*$/)) });
const shardSchema = z.object({ turn: z.number(), rows: storedRowsSchema });

/** Which version of each part of the index is in force, by the part's name. */
export type Manifest = ReadonlyMap<string, Slot>;

/**
 * The two versions of every document of the index. The one not in force is written, then the state says that it is in force; so an index is
 * always whole, and no version leaves a deleted document behind.
 */
export class Versions {
  readonly #documents: Documents;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** Undefined where the manifest there is not of that turn (any more). @throws CorruptDocumentError */
  async readManifest({ turn, slot }: { turn: number; slot: Slot }): Promise<Manifest | undefined> {
    const id = manifestId(slot);
    const body = (await this.#documents.read([id])).get(id);
    if (body === undefined) return undefined;
    const manifest = parsed(id, manifestSchema, body);
    if (manifest.turn !== turn) return undefined;
    return new Map(manifest.parts.map((part) => [part.slice(1), part.startsWith('a') ? 'a' : 'b']));
  }

  /** @throws OvertakenError */
  async writeManifest(turn: number, slot: Slot, manifest: Manifest): Promise<void> {
    await this.#write(manifestId(slot), turn, { parts: Array.from(manifest, ([prefix, part]) => part + prefix) });
  }

  /** The rows of parts of the index, by the part's name; those that exist. @throws CorruptDocumentError */
  async readShards(parts: Manifest): Promise<Map<string, StoredRow[]>> {
    const prefixes = new Map(Array.from(parts, ([prefix, slot]) => [shardId(prefix, slot), prefix]));
    const bodies = await this.#documents.read([...prefixes.keys()]);
    return new Map(Array.from(bodies, ([id, body]) => [prefixes.get(id) ?? '', parsed(id, shardSchema, body).rows]));
  }

  /** @throws OvertakenError */
  async writeShard(turn: number, prefix: string, slot: Slot, rows: readonly JsonValue[]): Promise<void> {
    await this.#write(shardId(prefix, slot), turn, { rows });
  }

  /** Removes parts that turns up to this one have written and that are no parts of the index. */
  async tidy(turn: number, parts: ReadonlySet<string>): Promise<void> {
    for await (const id of this.#documents.listIds(Prefix.INDEX)) {
      if (parts.has(prefixOfShard(id))) continue;
      await this.#documents.update(id, (found) => ({
        result: undefined,
        ...(found !== undefined && turnOf(found) <= turn && { remove: true }),
      }));
    }
  }

  async #write(id: string, turn: number, content: Readonly<Record<string, JsonValue>>): Promise<void> {
    const written = await this.#documents.update(id, (found) => {
      if (turnOf(found) > turn) return { result: false };
      return { result: true, write: { turn, ...content } };
    });
    if (!written) throw new OvertakenError(turn);
  }
}

/** The turn that wrote a document; 0 where none did. */
export function turnOf(body: unknown): number {
  return z.object({ turn: z.number() }).safeParse(body).data?.turn ?? 0;
}

function parsed<S extends z.ZodType>(id: string, schema: S, body: unknown): z.output<S> {
  const result = schema.safeParse(body);
  if (!result.success) throw new CorruptDocumentError(id, z.prettifyError(result.error));
  return result.data;
}
