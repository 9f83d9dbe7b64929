import type { z } from 'zod';
import { PROBLEM_TYPE, problemSchema } from './problem.ts';

const problemResponse = { content: { [PROBLEM_TYPE]: { schema: problemSchema } } };

/** Every route may answer these: no token, no JSON wanted, a failure of ours, too busy or too late. */
const ALWAYS = [401, 406, 500, 503] as const;

type ProblemStatus = 400 | 404 | 409 | 413 | 415;

/** The responses of a route: its good one, the problems that only some routes have, and those that every route has. */
export function responses<Good extends z.ZodType>(good: Good, ...problems: readonly ProblemStatus[]) {
  const others = [...ALWAYS, ...problems].map((status) => [status, problemResponse] as const);
  return { 200: good, ...Object.fromEntries(others) };
}
