import { z } from 'zod';
import type { JsonObject } from '../../../cookiejar/json.ts';
import { sweepCountsSchema } from './sweep-counts.ts';

/** What a sweep does one after the other. */
export const Phase = {
  /** Looks for what the jar has and the zone has not, by names alone. */
  Names: 'names',
  /** Compares all that is there. */
  Objects: 'objects',
  /** Says what became of what is missing. */
  Missing: 'missing',
} as const;
export type Phase = (typeof Phase)[keyof typeof Phase];

const positionSchema = z.object({
  /** The sweep's start: positions of another one are of no use. */
  sweep: z.string(),
  phase: z.enum(Phase),
  /** The last collection that was done. */
  collection: z.string().optional(),
  /** The last object that was done of a collection that is not. */
  object: z.string().optional(),
  /** The last document about what is missing that was done. */
  entry: z.string().optional(),
  counts: sweepCountsSchema,
});

/** How far a sweep has come. */
export type SweepPosition = z.output<typeof positionSchema>;

/** The position that an earlier attempt of the same sweep gave, or its beginning. */
export function resumedPosition(resumeFrom: unknown, sweep: string): SweepPosition {
  const { data } = positionSchema.safeParse(resumeFrom);
  return data?.sweep === sweep ? data : { sweep, phase: Phase.Names, counts: sweepCountsSchema.parse({}) };
}

/** A position as plain JSON. */
export function positionBody({ sweep, phase, collection, object, entry, counts }: SweepPosition): JsonObject {
  return {
    sweep,
    phase,
    ...(collection === undefined ? {} : { collection }),
    ...(object === undefined ? {} : { object }),
    ...(entry === undefined ? {} : { entry }),
    counts,
  };
}
