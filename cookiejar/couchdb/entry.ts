import type { DocumentChange, DocumentContext, FoundDocument } from '../cookie-jar.ts';
import type { JsonObject } from '../json.ts';

/** Somebody waiting for documents. */
interface ReadEntry extends Attempts {
  readonly kind: 'read';
  readonly ids: readonly string[];
  resolve(found: Map<string, JsonObject>): void;
}

/** Somebody waiting for the change of one document. */
export interface UpdateEntry extends Attempts {
  readonly kind: 'update';
  readonly id: string;
  change(current: JsonObject | undefined, context: DocumentContext): DocumentChange<unknown>;
  /** What its first attempt found. */
  first?: FoundDocument;
  conflicts: number;
  /** Its last change is what counts. */
  resolve(): void;
}

interface Attempts {
  /** How often the store did not answer a request that it was part of. */
  failures: number;
  /** The most entries that may share a request with it: less once it may be what makes requests fail. */
  company: number;
  reject(error: unknown): void;
}

/** One that waits for the next group commit. */
export type Entry = ReadEntry | UpdateEntry;

/** The ids of the documents that an entry needs. */
export function idsOf(entry: Entry): readonly string[] {
  return entry.kind === 'read' ? entry.ids : [entry.id];
}
