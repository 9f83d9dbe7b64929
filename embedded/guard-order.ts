import { z } from 'zod';

/** What a guard is told to do, as the JSON text that is its only argument. */
export const guardOrderSchema = z.strictObject({
  command: z.string(),
  args: z.array(z.string()),
  /** File that names the server while it runs. */
  record: z.string(),
  /** How long the server may take to end before it is killed. */
  graceMs: z.number(),
});

/** What a guard is told to do. */
export type GuardOrder = z.infer<typeof guardOrderSchema>;
