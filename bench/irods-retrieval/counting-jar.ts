import { BiscuitTin } from '../../cookiejar/biscuit-tin.ts';
import type { CookieUpdate, EnrichOutcome } from '../../cookiejar/cookie-jar.ts';

/** A jar that takes every update for new and keeps none of them: shows what a retrieval costs without its store. */
export class CountingJar extends BiscuitTin {
  override async enrich(updates: readonly CookieUpdate[]): Promise<EnrichOutcome[]> {
    return Promise.resolve(
      updates.map(({ identifier, enrichments }) => ({
        identifier,
        stored: enrichments,
        knowledge: '',
        unsettled: true,
      })),
    );
  }
}
