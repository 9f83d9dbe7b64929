import type { z } from 'zod';
import { PROBLEM_TYPE, problemSchema } from './problem.ts';

const problemResponse = { content: { [PROBLEM_TYPE]: { schema: problemSchema } } };

/** Every route may answer these: no token or not enough of one, no JSON wanted, another host's name, too often, a failure of ours, too busy or too late. */
const ALWAYS = [401, 403, 406, 421, 429, 500, 503] as const;

type ProblemStatus = 400 | 404 | 409 | 413 | 415;

/** The responses of a route: its good one, the problems that only some routes have, and those that every route has. */
export function responses<Good extends z.ZodType>(good: Good, ...problems: readonly ProblemStatus[]) {
  const others = [...ALWAYS, ...problems].map((status) => [status, problemResponse] as const);
  return { 200: good, ...Object.fromEntries(others) };
}
