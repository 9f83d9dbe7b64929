import { z } from 'zod';
import type { RulesSource } from '../dependencies.ts';
import { responses } from '../responses.ts';
import { sourceProblemSchema } from '../source-problem.ts';
import type { TypedApp } from '../typed-app.ts';

const kindSchema = z.enum(['rule', 'loader', 'receiver']);

const rulesSchema = z.object({
  version: z.string().nullable().describe('Content hash of the rulebook in force; null before the first'),
  since: z.string().nullable().describe('When it came into force'),
  definitions: z.array(
    z.object({ kind: kindSchema, id: z.string(), file: z.string(), priority: z.number().optional() }),
  ),
  problems: z
    .array(sourceProblemSchema)
    .describe('What is wrong with the rules folder now, which keeps it from coming into force'),
  checked_at: z.string().nullable().describe('When the rules folder was last looked at'),
});

/** `GET /rules`: the rulebook in force, and what is wrong with the last save. */
export function registerRulesRoute(app: TypedApp, rules: RulesSource): void {
  app.get('/rules', { schema: { response: responses(rulesSchema) } }, async () => {
    const [current, folder] = await Promise.all([rules.current(), rules.problems()]);
    const definitions = current && (await rules.definitions(current.hash));
    return {
      version: current?.hash ?? null,
      since: current?.at ?? null,
      definitions: [...(definitions ?? [])],
      problems: [...(folder?.problems ?? [])],
      checked_at: folder?.checkedAt ?? null,
    };
  });
}
