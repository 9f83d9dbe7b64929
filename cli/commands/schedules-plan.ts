import { basename, dirname, join, resolve } from 'node:path';
import { ConfigError } from '../../configs/errors.ts';
import { loadSettings } from '../../configs/load-settings.ts';
import { timezoneName } from '../../configs/timezones.ts';
import { readWorkerConfigs, type WorkerConfig } from '../../configs/worker-configs.ts';
import { IntervalError } from '../../periodic/errors.ts';
import { type IntervalPlan, planInterval } from '../../periodic/interval/plan.ts';
import { STANDING_CONFIGS } from '../../workers/inspect-worker-config.ts';

/** Options of `cookie-monster schedules plan`, as they were typed. */
export interface SchedulesPlanOptions {
  readonly interval?: string;
  readonly timezone?: string;
  readonly now?: string;
  readonly json?: boolean;
}

/** An interval to plan. */
interface Subject {
  readonly worker?: string;
  readonly interval: string;
  readonly timezone?: string | undefined;
  readonly jitterMs?: number | undefined;
  readonly paused?: boolean;
}

/** What came of a subject: its plan, or why it is refused. */
type Outcome = IntervalPlan | { readonly error: string; readonly position: number; readonly nearest: string };

const REFUSED = 2;
/** The file that all others are laid over. */
const BASE_WORKER = 'PeriodicWorker';

/**
 * `cookie-monster schedules plan`: what becomes of an interval: one that is given, that of a worker's config file, or
 * those of all configured workers.
 */
export async function schedulesPlanCommand(file: string | undefined, options: SchedulesPlanOptions): Promise<number> {
  const now = instant(options.now);
  const timezone = zone(options.timezone);
  const subjects = subjectsOf(file, options.interval);
  const outcomes = subjects.map((subject) => ({ subject, outcome: planOf({ ...subject, ...timezone }, now) }));
  const single = file !== undefined || options.interval !== undefined;
  if (options.json === true) {
    const all = outcomes.map(({ subject: { worker }, outcome }) => (single ? outcome : { worker, ...outcome }));
    console.log(JSON.stringify(single ? all[0] : all, undefined, 2));
  } else {
    for (const { subject, outcome } of outcomes) print(subject, outcome);
  }
  return outcomes.some(({ outcome }) => 'error' in outcome) ? REFUSED : 0;
}

function planOf({ interval, timezone, jitterMs }: Subject, now: Date): Outcome {
  try {
    return planInterval(interval, { timezone, now, jitterMs });
  } catch (error) {
    if (!(error instanceof IntervalError)) throw error;
    return { error: error.reason, position: error.position, nearest: error.nearest };
  }
}

function subjectsOf(file: string | undefined, interval: string | undefined): Subject[] {
  if (interval !== undefined) {
    if (file !== undefined) throw new Error('either a file or --interval, not both');
    return [{ interval }];
  }
  if (file !== undefined) return [subjectIn(file)];
  const { configs, problems } = readWorkerConfigs(loadSettings().workerConfigFolder, undefined, STANDING_CONFIGS);
  if (problems.length > 0) throw new ConfigError(problems);
  return [...configs.values()];
}

function subjectIn(file: string): WorkerConfig {
  const path = resolve(file);
  const [folder, worker] = [dirname(path), basename(path, '.json')];
  const { configs, defaults, problems } = readWorkerConfigs(folder, undefined, STANDING_CONFIGS);
  const concerned = problems.filter((problem) => [path, join(folder, `${BASE_WORKER}.json`)].includes(problem.file));
  if (concerned.length > 0) throw new ConfigError(concerned);
  const config = worker === BASE_WORKER ? defaults : configs.get(worker);
  if (config === undefined)
    throw new Error(`${file} is no worker's config file: there is no such file <ClassName>.json`);
  return config;
}

function instant(text: string | undefined): Date {
  const now = text === undefined ? new Date() : new Date(text);
  if (Number.isNaN(now.getTime())) throw new Error(`--now ${text}: an ISO instant, such as 2026-01-05T06:00:00Z`);
  return now;
}

function zone(text: string | undefined): { timezone?: string } {
  if (text === undefined) return {};
  const timezone = timezoneName(text);
  if (timezone === undefined) throw new Error(`--timezone ${text}: an IANA time zone name, such as "Europe/London"`);
  return { timezone };
}

function print({ worker, interval, paused }: Subject, outcome: Outcome): void {
  const name = `${worker === undefined ? '' : `${worker}: `}"${interval}"`;
  if ('error' in outcome) {
    const pointer = `${' '.repeat(name.indexOf('"') + 1 + outcome.position)}^`;
    console.error(`${name}\n${pointer} ${outcome.error}\nnearest: "${outcome.nearest}"`);
    return;
  }
  const { spec, timezone, exact, runsAtOnce, next, differences } = outcome;
  console.log(
    [
      `${name}${paused === true ? ' (paused)' : ''}`,
      `  spec          ${JSON.stringify(spec)}`,
      `  timezone      ${timezone}`,
      `  as Rocketry   ${exact ? 'exactly' : 'approximately'}`,
      `  runs at once  ${runsAtOnce ? 'yes' : 'no'}`,
      ...next.map((run, index) => `${index === 0 ? '  next runs     ' : '                '}${run}`),
      ...differences.map((each, index) => `${index === 0 ? '  differences   ' : '                '}${each}`),
    ].join('\n'),
  );
}
