import { z } from 'zod';

const MAX_LIMIT = 1000;

/** How many items are asked for, from 1 to `max`. */
export function limitOf({ default: standard, max = MAX_LIMIT }: { readonly default: number; readonly max?: number }) {
  const reason = `must be a whole number from 1 to ${max}`;
  return z
    .string()
    .regex(/^\d{1,4}$/, reason)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= max, reason)
    .default(standard);
}

/** How many items of a list are asked for. */
export const limitSchema = limitOf({ default: 100 });
