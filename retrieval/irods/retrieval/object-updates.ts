import { checkEnrichment } from '../../../cookiejar/check-enrichment.ts';
import { InvalidEnrichmentError, InvalidIdentifierError } from '../../../cookiejar/errors.ts';
import { checkIdentifier } from '../../../cookiejar/identifier.ts';
import { ObjectChanges } from '../object-changes.ts';
import type { Update } from '../../update-source.ts';
import type { CatalogueRow } from './queries.ts';

/** Updates made of rows, and the rows of which none can be made. */
export interface MadeUpdates {
  readonly updates: readonly Update[];
  readonly unusable: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * One update for each object that rows are about. What the jar would refuse as too much for one enrichment is spread
 * over several; what it would refuse in any case must not stop all others.
 */
export function toUpdates(rows: readonly CatalogueRow[], source: string): MadeUpdates {
  const updates: Update[] = [];
  const unusable: { path: string; reason: string }[] = [];
  for (const update of merge(rows)) {
    const reason = refusal(update, source);
    if (reason === undefined) {
      updates.push(update);
      continue;
    }
    const own = rows.filter(({ dataId }) => dataId === update.metadata['data_id']);
    if (own.length <= 1) unusable.push({ path: update.target, reason });
    else {
      const middle = Math.ceil(own.length / 2);
      const halves = [own.slice(0, middle), own.slice(middle)].map((half) => toUpdates(half, source));
      updates.push(...halves.flatMap((half) => half.updates));
      unusable.push(...halves.flatMap((half) => half.unusable));
    }
  }
  return { updates, unusable };
}

function merge(rows: readonly CatalogueRow[]): Update[] {
  const changes = new ObjectChanges();
  for (const row of rows) {
    if ('replica' in row) changes.addData(row);
    else changes.addMetadata(row);
  }
  return changes.updates();
}

/** Why the jar would refuse an update. */
export function refusal({ target, timestamp, metadata }: Update, source: string): string | undefined {
  try {
    checkIdentifier(target);
    checkEnrichment({ source, timestamp, metadata });
    return undefined;
  } catch (error) {
    if (error instanceof InvalidEnrichmentError || error instanceof InvalidIdentifierError) return error.message;
    throw error;
  }
}
