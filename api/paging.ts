import { z } from 'zod';

const MAX_LIMIT = 1000;
const REASON = `must be a whole number from 1 to ${MAX_LIMIT}`;

/** How many items of a list are asked for. */
export const limitSchema = z
  .string()
  .regex(/^\d{1,4}$/, REASON)
  .transform(Number)
  .refine((limit) => limit >= 1 && limit <= MAX_LIMIT, REASON)
  .default(100);
