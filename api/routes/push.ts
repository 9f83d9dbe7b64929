import { z } from 'zod';
import type { CookieUpdate, EnrichOutcome } from '../../cookiejar/cookie-jar.ts';
import type { Enrichment } from '../../cookiejar/enrichment.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { identifierSchema } from '../identifier.ts';
import { listOf } from '../list-of.ts';
import { PushIntake } from '../push-intake.ts';
import { PushLimits } from '../push-limits.ts';
import { pushedEnrichmentSchema } from '../pushed-enrichment.ts';
import { responses } from '../responses.ts';
import type { TypedApp } from '../typed-app.ts';
import type { WakeDesk } from '../wake-desk.ts';
import { whileWaitedFor } from '../while-waited-for.ts';

/** A large push wakes its cookies for minutes. Many clients give up after five. */
const ANSWER_WITHIN_MS = 240_000;
/** What is in Temporal's hands by then is waited for. */
const PUSH_TIMEOUT_MS = ANSWER_WITHIN_MS + 30_000;

/** Cookies pushed and not woken yet: minutes of work for one worker process. */
const MAX_COOKIES = 10_000;
/** So many bodies of the largest size may be under way. */
const MAX_BODIES = 4;
const BODY_LIMIT = 1024 ** 2;

const cookiePushSchema = z.strictObject({
  identifier: identifierSchema,
  enrichments: listOf(pushedEnrichmentSchema).refine((list) => list.length > 0, 'must not be empty'),
});
const pushSchema = z.union(
  [cookiePushSchema, listOf(cookiePushSchema)],
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
export function registerPushRoute(
  app: TypedApp,
  { jar, errands }: Pick<ApiDependencies, 'jar' | 'errands'>,
  desk: WakeDesk,
): void {
  const { bodyLimit = BODY_LIMIT } = app.initialConfig;
  const limits = new PushLimits({ cookies: MAX_COOKIES, bytes: MAX_BODIES * bodyLimit });
  const intake = new PushIntake(jar, desk, limits);
  app.post(
    '/cookiejar',
    {
      handlerTimeout: PUSH_TIMEOUT_MS,
      onRequest: async (request, reply) => limits.admitBody(request, reply, bodyLimit),
      schema: { body: pushSchema, response: responses(pushedSchema, 400, 413, 415) },
    },
    async ({ body }, reply) => {
      const updates = toUpdates([body].flat(), new Date().toISOString());
      const outcomes = await errands.run(async () => intake.take(updates, whileWaitedFor(reply, ANSWER_WITHIN_MS)));
      return { cookies: outcomes.map(tell) };
    },
  );
}

/** One update per cookie, in the order of first mention, so that each is stored whole before its one wake. */
function toUpdates(pushes: readonly CookiePush[], now: string): CookieUpdate[] {
  const updates = new Map<string, Enrichment[]>();
  for (const { identifier, enrichments } of pushes) {
    // Grown in place: a list may name one cookie a hundred thousand times.
    const known = updates.get(identifier) ?? [];
    for (const { source, timestamp = now, metadata } of enrichments) known.push({ source, timestamp, metadata });
    updates.set(identifier, known);
  }
  return [...updates].map(([identifier, enrichments]) => ({ identifier, enrichments }));
}

function tell({ identifier, stored, unsettled }: EnrichOutcome): z.output<typeof pushedSchema>['cookies'][number] {
  return { identifier, new: stored.map(({ source, timestamp }) => ({ source, timestamp })), woken: unsettled };
}
