import { z } from 'zod';
import type { DefinitionSummary, RuleProblem } from '../problem.ts';

const definition = z.object({
  kind: z.enum(['rule', 'loader', 'receiver']),
  id: z.string(),
  priority: z.number().exactOptional(),
  file: z.string(),
  retry: z
    .object({
      attempts: z.number().exactOptional(),
      backoffMs: z.number().exactOptional(),
      maximumIntervalMs: z.number().exactOptional(),
    })
    .exactOptional(),
}) satisfies z.ZodType<DefinitionSummary>;

const problem = z.object({
  file: z.string().exactOptional(),
  line: z.number().exactOptional(),
  column: z.number().exactOptional(),
  reason: z.string(),
}) satisfies z.ZodType<RuleProblem>;

/** `rulebook:<hash>`: what a version consists of. */
export const versionDocument = z.object({ parts: z.number().int().min(0), definitions: z.array(definition) });

/** `rulebook:<hash>:<n>`: a part of its text. */
export const partDocument = z.object({ text: z.string() });

/** `rulebook:current` */
export const currentDocument = z.object({ hash: z.string(), at: z.string() });

/** `rulebook:problems` */
export const problemsDocument = z.object({ problems: z.array(problem), checkedAt: z.string() });

/** `rulebook-published:<host>` */
export const publishedDocument = z.object({ folder: z.string(), hash: z.string() });
