import { z } from 'zod';

/** What is wrong with a file of the users' code, and where. */
export const sourceProblemSchema = z.object({
  file: z.string().optional(),
  line: z.int().optional(),
  column: z.int().optional(),
  reason: z.string(),
});
