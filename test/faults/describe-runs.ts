import type { RunResult } from './run-once.ts';

const MOST_VIOLATIONS = 20;
const LONGEST = 500;

/** One run in a line; a run that failed with what was violated, what had happened, and how to repeat it. */
export function describeRun(run: RunResult): string {
  const { seed, violations, timeline, folder } = run;
  const counts = [
    `${run.seconds.toFixed(0)} s`,
    `${sum(Object.values(run.faults))} faults`,
    `${run.updates} updates`,
    `${run.cookies} cookies`,
    `${run.jobs} jobs`,
    `${run.notifications} notifications (${run.repeats} repeated, ${run.dead} dead)`,
    `lost ${run.lost}`,
    `doubled ${run.doubled}`,
  ].join(', ');
  if (violations.length === 0) return `ok     seed ${seed}: ${counts}`;
  return [
    `FAILED seed ${seed}: ${counts}`,
    ...violations.slice(0, MOST_VIOLATIONS).map((text) => `  - ${text.slice(0, LONGEST)}`),
    ...(violations.length > MOST_VIOLATIONS ? [`  - and ${violations.length - MOST_VIOLATIONS} more`] : []),
    ...timeline.map((line) => `    ${line}`),
    `  logs, plan and jar: ${folder}`,
    `  again: npm run test:faults -- --seed ${seed}`,
  ].join('\n');
}

/** All runs in a table. */
export function describeRuns(runs: readonly RunResult[]): string {
  const total = (count: (run: RunResult) => number): number => sum(runs.map(count));
  const rows: [string, string | number][] = [
    ['runs', runs.length],
    ['  failed', runs.filter(({ violations }) => violations.length > 0).length],
    ['faults', total(({ faults }) => sum(Object.values(faults)))],
    ...byName(
      runs.map(({ faults }) => faults),
      (a, b) => a + b,
    ).map(([kind, count]): [string, number] => [`  ${kind}`, count]),
    ['requests', total(({ requests }) => requests)],
    ['  repeated', total(({ retries }) => retries)],
    ['updates in the jar', total(({ updates }) => updates)],
    ['cookies', total(({ cookies }) => cookies)],
    ['jobs', total(({ jobs }) => jobs)],
    ['notifications', total(({ notifications }) => notifications)],
    ['  received more than once', total(({ repeats }) => repeats)],
    ['  dead, then redelivered', total(({ dead }) => dead)],
    ['lost', total(({ lost }) => lost)],
    ['doubled', total(({ doubled }) => doubled)],
    ['parked', total(({ parked }) => parked)],
    ['found by the Reconciler, explained', total(({ foundExplained }) => foundExplained)],
    ['found by the Reconciler, unexplained', total(({ foundUnexplained }) => foundUnexplained)],
    ['seconds of all runs', total(({ seconds }) => seconds).toFixed(0)],
    ...byName(
      runs.map(({ peakMib }) => peakMib),
      Math.max,
    ).map(([role, most]): [string, string] => [`peak memory, ${role}`, `${most} MiB`]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

function byName(
  parts: readonly Readonly<Record<string, number>>[],
  combine: (one: number, other: number) => number,
): [string, number][] {
  const all = new Map<string, number>();
  for (const part of parts) {
    for (const [name, value] of Object.entries(part)) all.set(name, combine(all.get(name) ?? 0, value));
  }
  return [...all].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
