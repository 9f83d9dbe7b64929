import { CorruptDocumentError } from '../../cookiejar/errors.ts';
import { inFlight } from '../../periodic/in-flight.ts';
import { type Slot, otherSlot, shardId } from './document-ids.ts';
import { type IndexRow, rowOf, storedRow } from './index-row.ts';
import { refOf } from './refs.ts';
import { prefixOf, splitParts } from './shard-layout.ts';
import type { Manifest, Versions } from './versions.ts';

/** Parts read with one request, and written at once: each may have some 250 KiB. */
const PARTS_AT_ONCE = 8;
const ROW_OVERHEAD_BYTES = 40;
const HASH_BYTES = 18;

interface Part {
  /** Which version of it is in force; none of a new one. */
  readonly slot: Slot | undefined;
  /** Absent until it is loaded. */
  rows?: Map<string, IndexRow>;
  changed?: boolean;
}

/** What is known of the cookies that are compared, by ref: read from the jar part by part as needed, written back likewise. */
export class SimilarityIndex {
  readonly #versions: Versions;
  readonly #partBytes: number;
  readonly #parts = new Map<string, Part>();

  /**
   * @param manifest - of the version in force; none for an empty index
   * @param partBytes - how large a document may become, unless a single cookie needs more
   */
  constructor(versions: Versions, manifest: Manifest | undefined, partBytes: number) {
    this.#versions = versions;
    this.#partBytes = partBytes;
    for (const [prefix, slot] of manifest ?? []) this.#parts.set(prefix, { slot });
    if (this.#parts.size === 0) this.#parts.set('', { slot: undefined, rows: new Map() });
  }

  /** How many rows are loaded. */
  get size(): number {
    let size = 0;
    for (const { rows } of this.#parts.values()) size += rows?.size ?? 0;
    return size;
  }

  /** All loaded rows, by ref. */
  *rows(): Generator<[string, IndexRow], void, undefined> {
    for (const { rows } of this.#parts.values()) if (rows) yield* rows;
  }

  /** The names of all parts. */
  prefixes(): ReadonlySet<string> {
    return new Set(this.#parts.keys());
  }

  /**
   * Reads the parts that refs belong to; all parts without refs.
   * @throws CorruptDocumentError
   */
  async load(progress: (done: number, of: number) => void, refs?: Iterable<string>): Promise<void> {
    const wanted = refs === undefined ? this.#parts.keys() : Array.from(refs, (ref) => this.#prefixOf(ref));
    const missing = [...new Set(wanted)].filter((prefix) => this.#parts.get(prefix)?.rows === undefined);
    for (let at = 0; at < missing.length; at += PARTS_AT_ONCE) {
      await this.#read(missing.slice(at, at + PARTS_AT_ONCE));
      progress(Math.min(at + PARTS_AT_ONCE, missing.length), missing.length);
    }
  }

  /** The row of a ref whose part is loaded. */
  get(ref: string): IndexRow | undefined {
    return this.#rowsOf(ref).get(ref);
  }

  set(ref: string, row: IndexRow): void {
    this.#rowsOf(ref).set(ref, row);
    this.#changed(ref);
  }

  delete(ref: string): void {
    if (this.#rowsOf(ref).delete(ref)) this.#changed(ref);
  }

  /**
   * Writes what has changed, beside the version in force.
   * @returns which versions together are the index now
   * @throws OvertakenError
   */
  async save(turn: number, progress: () => void): Promise<Manifest> {
    const grown = [...this.#parts].filter(([, part]) => part.changed);
    for (const [prefix, part] of grown) this.#split(prefix, part);
    const changed = [...this.#parts].filter(([, part]) => part.changed);
    await inFlight(PARTS_AT_ONCE, changed, async ([prefix, { slot, rows = new Map<string, IndexRow>() }]) => {
      const next = slot === undefined ? 'a' : otherSlot(slot);
      await this.#versions.writeShard(turn, prefix, next, Array.from(rows.values(), storedRow));
      this.#parts.set(prefix, { slot: next, rows });
      progress();
    });
    const manifest = new Map<string, Slot>();
    for (const [prefix, { slot }] of this.#parts) if (slot !== undefined) manifest.set(prefix, slot);
    return manifest;
  }

  async #read(prefixes: readonly string[]): Promise<void> {
    const slots = new Map(prefixes.map((prefix) => [prefix, this.#parts.get(prefix)?.slot ?? 'a']));
    const found = await this.#versions.readShards(slots);
    for (const [prefix, slot] of slots) {
      const rows = found.get(prefix);
      if (rows === undefined) throw new CorruptDocumentError(shardId(prefix, slot), 'it is missing');
      this.#parts.set(prefix, { slot, rows: new Map(rows.map((row) => [refOf(row[0]), rowOf(row)])) });
    }
  }

  #split(prefix: string, part: Part): void {
    const parts = splitParts(prefix, part.rows ?? new Map<string, IndexRow>(), bytesOf, this.#partBytes);
    if (parts.size === 1) return;
    this.#parts.delete(prefix);
    for (const [name, rows] of parts) this.#parts.set(name, { slot: undefined, rows, changed: true });
  }

  #rowsOf(ref: string): Map<string, IndexRow> {
    const rows = this.#parts.get(this.#prefixOf(ref))?.rows;
    if (rows === undefined) throw new Error(`the part of the index with ${ref} is not loaded`);
    return rows;
  }

  #changed(ref: string): void {
    const part = this.#parts.get(this.#prefixOf(ref));
    if (part) part.changed = true;
  }

  #prefixOf(ref: string): string {
    return prefixOf(ref, (prefix) => this.#parts.has(prefix)) ?? '';
  }
}

/** About what a row takes in a document. */
function bytesOf({ facts, links }: IndexRow): number {
  const { identifier, type, digest = '', features } = facts;
  const hashes = (features?.hashes.length ?? 0) * HASH_BYTES * 2;
  return ROW_OVERHEAD_BYTES + Buffer.byteLength(identifier) + type.length + digest.length + hashes + links.length;
}
