import { z } from 'zod';

const count = z.number().default(0);

/** What a sweep found, in numbers of objects. */
export const sweepCountsSchema = z.object({
  /** Like what the jar knew. */
  agreed: count,
  changed: count,
  /** Not there any more: those that were said to be gone now, not in earlier sweeps. */
  gone: count,
  renamed: count,
  /** There, or perhaps there, but not to be read; collections count as one. */
  unreadable: count,
  /** That the jar knew nothing of. */
  new: count,
  /** There again, though the jar had been told that they were gone. */
  returned: count,
  /** Left to the next sweep, because the jar heard of them again and again while they were compared. */
  postponed: count,
  /** Of which the jar cannot hold what there is. */
  unusable: count,
  collections: count,
});

/** What a sweep found. */
export type SweepCounts = z.output<typeof sweepCountsSchema>;

/** The counts that say what became of one object. */
export type Finding = 'changed' | 'renamed' | 'new' | 'returned';
