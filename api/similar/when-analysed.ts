import type { CookieJar } from '../../cookiejar/cookie-jar.ts';
import type { Schedule, ScheduleDesk } from '../schedules/schedule-desk.ts';

/** Class name of the analysis, and so of its Schedule. */
const ANALYSIS = 'SimilarityAnalysis';

/** What is asked for the reason. */
export interface AnalysisSources {
  readonly jar: Pick<CookieJar, 'fetch'>;
  /** Where the Schedules can be asked: else it is left open when the analysis runs. */
  readonly schedules?: Pick<ScheduleDesk, 'find'>;
}

/** Says why the similarity analysis does not know a cookie, and when it will. */
export async function whenAnalysed({ jar, schedules }: AnalysisSources, identifier: string): Promise<string> {
  const name = JSON.stringify(identifier);
  if ((await jar.fetch(identifier)) === undefined) return `the jar has no cookie ${name}`;
  const unknown = `the similarity analysis does not know ${name}; cookies with a digest (of more than an empty file) or one of the chosen attributes are analysed when ${ANALYSIS} runs`;
  if (schedules === undefined) return unknown;
  try {
    return `${unknown}: ${nextRun(await schedules.find(ANALYSIS))}`;
  } catch {
    // That there is no answer is sure; only when there will be one has to be left open.
    return unknown;
  }
}

function nextRun(schedule: Schedule | undefined): string {
  if (schedule === undefined) return `it is switched off; its config file ${ANALYSIS}.json switches it on`;
  const { id, runs, paused, next } = schedule;
  if (runs.some(({ status }) => status === 'running')) return 'it is running now';
  if (paused) return `it is paused; POST /schedules/${id}/resume resumes it`;
  const due = next[0] === undefined ? 'no run is due' : `the next run is due at ${next[0]}`;
  return `${due}; POST /schedules/${id}/trigger runs it now`;
}
