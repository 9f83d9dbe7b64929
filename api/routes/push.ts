import { z } from 'zod';
import type { CookieUpdate, EnrichOutcome } from '../../cookiejar/cookie-jar.ts';
import { WakeKind } from '../../workflows/messages.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { UnavailableError } from '../errors.ts';
import { identifierSchema } from '../identifier.ts';
import { pushedEnrichmentSchema } from '../pushed-enrichment.ts';
import { responses } from '../responses.ts';
import type { TypedApp } from '../typed-app.ts';
import type { WakeDesk } from '../wake-desk.ts';

/** A large push wakes its cookies for minutes. */
const PUSH_TIMEOUT_MS = 600_000;

const cookiePushSchema = z.strictObject({
  identifier: identifierSchema,
  enrichments: z.array(pushedEnrichmentSchema).min(1, 'must not be empty'),
});
const pushSchema = z.union(
  [cookiePushSchema, z.array(cookiePushSchema)],
  'must be an object {"identifier", "enrichments"} or a list of these',
);
type CookiePush = z.output<typeof cookiePushSchema>;

const pushedSchema = z.object({
  cookies: z.array(
    z.object({
      identifier: z.string(),
      new: z.array(z.object({ source: z.string(), timestamp: z.string() })).describe('What the jar did not know yet'),
      woken: z.boolean().describe('Whether there is anything to process'),
    }),
  ),
});

/** `POST /cookiejar`: brings enrichments from outside. */
export function registerPushRoute(app: TypedApp, { jar }: Pick<ApiDependencies, 'jar'>, desk: WakeDesk): void {
  app.post(
    '/cookiejar',
    {
      handlerTimeout: PUSH_TIMEOUT_MS,
      schema: { body: pushSchema, response: responses(pushedSchema, 400, 413, 415) },
    },
    async ({ body }) => {
      const outcomes = await jar.enrich(toUpdates([body].flat(), new Date().toISOString()));
      await wakeUnsettled(outcomes, desk);
      return { cookies: outcomes.map(tell) };
    },
  );
}

/** One update per cookie, in the order of first mention, so that each is stored whole before its one wake. */
function toUpdates(pushes: readonly CookiePush[], now: string): CookieUpdate[] {
  const updates = new Map<string, CookieUpdate['enrichments']>();
  for (const { identifier, enrichments } of pushes) {
    const stamped = enrichments.map(({ source, timestamp = now, metadata }) => ({ source, timestamp, metadata }));
    updates.set(identifier, [...(updates.get(identifier) ?? []), ...stamped]);
  }
  return [...updates].map(([identifier, enrichments]) => ({ identifier, enrichments }));
}

/** Answers only once all are woken: whoever gets no answer pushes again, and wakes what was not woken. */
async function wakeUnsettled(outcomes: readonly EnrichOutcome[], desk: WakeDesk): Promise<void> {
  const unsettled = outcomes.filter((outcome) => outcome.unsettled);
  const woken = await Promise.allSettled(
    unsettled.map(async ({ identifier }) => desk.wake(identifier, WakeKind.Enriched)),
  );
  const failures = woken.filter((result) => result.status === 'rejected');
  if (failures.length === 0) return;
  throw new UnavailableError(
    `everything is stored, but ${failures.length} of ${unsettled.length} cookies could not be woken; ` +
      'send the same again: nothing is stored twice, and they are woken',
    { cause: failures[0]?.reason },
  );
}

function tell({ identifier, stored, unsettled }: EnrichOutcome): z.output<typeof pushedSchema>['cookies'][number] {
  return { identifier, new: stored.map(({ source, timestamp }) => ({ source, timestamp })), woken: unsettled };
}
