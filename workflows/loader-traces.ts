import type { EnrichResult } from '../activities/cookie-activities.ts';
import type { LoaderTrace } from './messages.ts';

/** More digests of one job are not kept; a loader that goes round in a larger circle meets the limit of rounds. */
const MAX_DIGESTS = 1_000;

/** So many loaders are named as those that kept a job going. */
const MAX_NAMED = 10;

type Traces = readonly LoaderTrace[] | undefined;

/**
 * Notes what a run of a loader brought to a cookie that knew `knowledge`; the very same where the run's answer, an older
 * one, does not tell.
 */
export function withRun(traces: Traces, loader: string, result: EnrichResult, knowledge: string): Traces {
  const { brought, stored } = result;
  if (brought === undefined) return traces;
  const before = traces?.find((trace) => trace.loader === loader) ?? { loader, runs: 0, brought: [] };
  const repeats = before.repeats === true || before.brought.includes(brought);
  const trace: LoaderTrace = {
    loader,
    runs: before.runs + 1,
    brought: before.brought.includes(brought) ? before.brought : [...before.brought, brought].slice(-MAX_DIGESTS),
    ...(repeats ? { repeats: true } : {}),
    ...(stored === false ? { idleAt: knowledge } : {}),
  };
  return traces?.some((other) => other.loader === loader) === true
    ? traces.map((other) => (other.loader === loader ? trace : other))
    : [...(traces ?? []), trace];
}

/**
 * Whether a loader that can enrich the cookie once more would only go on doing so: it brought the same twice before, or
 * nothing that was not there to a cookie that knows no more now.
 */
export function goesInCircles(traces: Traces, loader: string, knowledge: string): boolean {
  const trace = traces?.find((other) => other.loader === loader);
  return trace !== undefined && (trace.repeats === true || trace.idleAt === knowledge);
}

/** Why such a loader is passed over. */
export function circleMessage(loader: string): string {
  return (
    `loader '${loader}' brought the same again and could still enrich: it is passed over for this job ` +
    '(canEnrich must be false once the loader has nothing new to bring)'
  );
}

/** Why a job failed that met the limit of rounds, with the loaders that kept it going. */
export function tooManyRounds(rounds: number, next: string, traces: Traces): string {
  const runs = (traces ?? []).filter((trace) => trace.runs > 1).toSorted((a, b) => b.runs - a.runs);
  const named = runs.slice(0, MAX_NAMED).map((trace) => `"${trace.loader}" ${trace.runs} times`);
  const involved = named.length === 0 ? '' : `; there ran ${named.join(', ')}`;
  return `${rounds} rounds of enrichment did not come to an end; loader "${next}" could still enrich${involved}`;
}
