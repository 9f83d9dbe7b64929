import { z } from 'zod';
import type { ApiDependencies, Family } from '../dependencies.ts';
import { NotFoundError } from '../errors.ts';
import { identifierSchema } from '../identifier.ts';
import { limitOf } from '../paging.ts';
import { responses } from '../responses.ts';
import { whenAnalysed } from '../similar/when-analysed.ts';
import type { TypedApp } from '../typed-app.ts';

const THRESHOLD = 'must be a number from 0 to 100';

const similarQuery = z.strictObject({
  identifier: identifierSchema,
  threshold: z
    .string()
    .regex(/^\d{1,3}(\.\d{1,6})?$/, THRESHOLD)
    .transform(Number)
    .refine((threshold) => threshold <= 100, THRESHOLD)
    // Nothing below the analysis's own threshold is kept.
    .default(0),
  limit: limitOf({ default: 20 }),
});
const familiesQuery = z.strictObject({
  limit: limitOf({ default: 20 }),
  members: limitOf({ default: 10, max: 100 }).describe('How many members of each are named'),
});

const familySchema = z.object({
  name: z.string().describe('Identifier of the member that names it'),
  size: z.int(),
  members: z.array(z.string()).describe('Some of them, the one that names it first'),
});
const similarSchema = z.object({
  identifier: z.string(),
  family: familySchema.optional(),
  similar: z
    .array(
      z.object({
        identifier: z.string(),
        measurements: z.record(z.string(), z.number()).describe('0 to 100 each'),
        ts: z.string().describe('When it was measured'),
      }),
    )
    .describe('The most similar first'),
});
const familiesSchema = z.object({ families: z.array(familySchema).describe('The largest first') });

/** `/similar`: which cookies are like another one, as the similarity analysis found. */
export function registerSimilarRoutes(
  app: TypedApp,
  dependencies: Pick<ApiDependencies, 'jar' | 'schedules' | 'similar'>,
): void {
  const { similar } = dependencies;

  app.get(
    '/similar',
    { schema: { querystring: similarQuery, response: responses(similarSchema, 400, 404) } },
    async ({ query: { identifier, threshold, limit } }) => {
      const found = await similar.similarTo(identifier, { threshold, limit });
      if (found === undefined) throw new NotFoundError(await whenAnalysed(dependencies, identifier));
      const { family } = found;
      return {
        identifier,
        ...(family === undefined ? {} : { family: tell(family) }),
        similar: found.similar.map((one) => ({ ...one, measurements: { ...one.measurements } })),
      };
    },
  );

  app.get(
    '/similar/families',
    { schema: { querystring: familiesQuery, response: responses(familiesSchema, 400) } },
    async ({ query }) => ({ families: (await similar.families(query)).map(tell) }),
  );
}

function tell({ name, size, members }: Family): z.output<typeof familySchema> {
  return { name, size, members: [...members] };
}
