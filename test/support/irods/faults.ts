import type Database from 'libsql';

/**
 * What can be made to go wrong, and what the fault's `value` means.
 * - `server-down`, `login-fails`: a connection cannot be made.
 * - `lost-after`: the connection is lost after so many answers; every later input of the process fails.
 * - `ends-after`: the process ends after so many answers, with inputs unanswered and exit code 0 (SIGPIPE).
 * - `aborts-after`: after so many answers the process dies of SIGABRT.
 * - `hangs-after`: after so many answers the next one never comes, and SIGTERM changes nothing.
 * - `lost-in-chunk`: the connection is lost while a specific query's chunk of that number (of 10 rows) is fetched.
 * - `fails-with`: every input is answered with this error code.
 * - `writes-slowly`: milliseconds between pieces of 1,000 bytes of output.
 * - `cuts-output`: the process dies of SIGKILL after so many bytes of an answer.
 * - `garbles`: the answers are no JSON.
 * - `loses-answers`: an input's answer is left out, as when it cannot be dumped.
 */
export type FaultKind =
  | 'server-down'
  | 'login-fails'
  | 'lost-after'
  | 'ends-after'
  | 'aborts-after'
  | 'hangs-after'
  | 'lost-in-chunk'
  | 'fails-with'
  | 'writes-slowly'
  | 'cuts-output'
  | 'garbles'
  | 'loses-answers';

/** How often a fault strikes that is to last until it is cleared. */
export const ALWAYS = 1_000_000_000;

/** Switches a fault on for the next so many processes, or connections, that would meet it. */
export function addFault(database: Database.Database, kind: FaultKind, value: number, times: number): void {
  database.prepare('INSERT INTO stand_in_fault (kind, value, remaining) VALUES (?, ?, ?)').run(kind, value, times);
}

/** The value of a fault that strikes now; undefined if none does. Counts it as struck. */
export function takeFault(database: Database.Database, kind: FaultKind): number | undefined {
  const taken = database
    .prepare(
      `UPDATE stand_in_fault SET remaining = remaining - 1 WHERE id =
        (SELECT id FROM stand_in_fault WHERE kind = ? AND remaining > 0 ORDER BY id LIMIT 1) RETURNING value`,
    )
    .raw()
    .all(kind) as [number][];
  return taken[0]?.[0];
}
