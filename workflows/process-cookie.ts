import {
  ApplicationFailure,
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { Job, JobStep } from './job.ts';
import {
  FailureType,
  type JobProgress,
  type ProcessCookieInput,
  type ProcessCookieState,
  stateQuery,
  type Wake,
  wakeSignal,
} from './messages.ts';
import { WakeQueue } from './wake-queue.ts';

/** A start by signal brings its wake within the first workflow task; a start without any wake is given up after this. */
const FIRST_WAKE_LIMIT = '10 seconds';

/**
 * The entity workflow of one cookie: serves wakes, one job after the other, until none is left. Temporal's running
 * workflows of this type are the queue.
 * @throws ApplicationFailure of type `JobFailed` where its last job failed for good
 */
export async function processCookie(input: ProcessCookieInput): Promise<void> {
  const wakes = new WakeQueue(input.wakes);
  let job: Job | undefined = input.job && new Job(input.identifier, input.job);
  setHandler(wakeSignal, (wake) => {
    wakes.push(wake);
  });
  setHandler(stateQuery, () => describe(input.identifier, job, wakes));

  if (job === undefined && wakes.length === 0) await condition(() => wakes.length > 0, FIRST_WAKE_LIMIT);

  let failed: string | undefined;
  // Nothing may be awaited between the last look at the wakes and returning or continuing as new: a wake could slip in.
  while (job !== undefined || wakes.length > 0) {
    job ??= nextJob(input.identifier, wakes);
    if (job === undefined) break;
    const step = await job.step();
    showDetails(job);
    if (step === JobStep.Repeated) wakes.putBackCoalesced();
    if (step !== JobStep.Round) {
      failed = step === JobStep.Idle ? failed : job.failed;
      job = undefined;
    }
    if (workflowInfo().continueAsNewSuggested && (job !== undefined || wakes.length > 0)) {
      await goOnAsNew(input.identifier, wakes.rest(), job?.progress);
    }
  }
  if (failed !== undefined) throw ApplicationFailure.nonRetryable(failed, FailureType.JobFailed);
}

function nextJob(identifier: string, wakes: WakeQueue): Job | undefined {
  const wake = wakes.take();
  return wake && new Job(identifier, newProgress(wake));
}

function newProgress({ id, kind }: Wake): JobProgress {
  return { id, kind, matched: [], round: 0, passedOver: [] };
}

async function goOnAsNew(identifier: string, wakes: readonly Wake[], job?: JobProgress): Promise<never> {
  return continueAsNew<typeof processCookie>({ identifier, wakes, ...(job === undefined ? {} : { job }) });
}

function describe(identifier: string, job: Job | undefined, wakes: WakeQueue): ProcessCookieState {
  const progress = job?.progress;
  return {
    identifier,
    ...(progress === undefined ? {} : { job: progress.id }),
    ...(progress?.rulebook === undefined ? {} : { rulebook: progress.rulebook }),
    matched: progress?.matched ?? [],
    round: progress?.round ?? 0,
    doing: job?.doing ?? 'nothing',
    waiting: wakes.length,
  };
}

/** Markdown for people who look at the workflow in Temporal's UI. */
function showDetails(job: Job): void {
  const { id, rulebook, matched, round, passedOver } = job.progress;
  setCurrentDetails(
    [
      `Job \`${id}\`, rulebook \`${rulebook?.slice(0, 12) ?? 'not pinned'}\`, ${round} enrichments`,
      `Rules matched: ${matched.join(', ') || 'none'}`,
      ...passedOver.map(({ loader, message }) => `Loader ${loader} is passed over: ${message}`),
      ...(job.failed === undefined ? [] : [`**Failed:** ${job.failed}`]),
    ].join('\n\n'),
  );
}
