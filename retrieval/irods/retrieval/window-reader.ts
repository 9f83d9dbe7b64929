import type { JsonObject } from '../../../cookiejar/json.ts';
import type { PathFilter } from '../../folder/globs.ts';
import { askCatalogue, type CatalogueQueries, type CatalogueRow, type Query, rowKey } from './queries.ts';
import type { PlannedWindow } from './reading-plan.ts';
import { SeenRows } from './seen-rows.ts';

/** What one query brought of a window. */
export interface WindowRows {
  /** Rows not seen before, each once. */
  readonly rows: readonly CatalogueRow[];
  /** Their keys. */
  readonly fresh: SeenRows;
  /** Whether there are no more; else as many as may be held at once were taken. */
  readonly complete: boolean;
}

/** What a {@link WindowReader} works with. */
export interface WindowReaderOptions {
  readonly catalogue: CatalogueQueries;
  readonly wanted: PathFilter;
  /** How many rows of one query are held at once. */
  readonly rowsAtOnce: number;
}

/** Reads windows, leaving out what is not wanted and what was seen. */
export class WindowReader {
  readonly #options: WindowReaderOptions;
  readonly #counts = { rows: 0, seen_before: 0, left_out: 0, unreadable: 0 };

  constructor(options: WindowReaderOptions) {
    this.#options = options;
  }

  /** Counts for people. */
  get counts(): JsonObject {
    return { ...this.#counts };
  }

  /** @throws IrodsError, or the signal's reason */
  async read(query: Query, window: PlannedWindow, seen: SeenRows, signal: AbortSignal): Promise<WindowRows> {
    const { catalogue, rowsAtOnce } = this.#options;
    const rows: CatalogueRow[] = [];
    const fresh = new SeenRows();
    const onUnreadable = (): void => {
      this.#counts.unreadable += 1;
    };
    for await (const row of askCatalogue(catalogue, query, window, { signal, onUnreadable })) {
      signal.throwIfAborted();
      if (!this.#isNews(row, window, seen) || !fresh.add(row.modified, rowKey(row))) continue;
      rows.push(row);
      if (rows.length >= rowsAtOnce) return { rows, fresh, complete: false };
    }
    return { rows, fresh, complete: true };
  }

  #isNews(row: CatalogueRow, { after, upTo }: PlannedWindow, seen: SeenRows): boolean {
    this.#counts.rows += 1;
    // A query that takes its bounds otherwise must not bring what another window will bring again.
    if (row.modified <= after || row.modified > upTo) return false;
    if (!this.#options.wanted(row.path)) {
      this.#counts.left_out += 1;
      return false;
    }
    if (!seen.has(row.modified, rowKey(row))) return true;
    this.#counts.seen_before += 1;
    return false;
  }
}
