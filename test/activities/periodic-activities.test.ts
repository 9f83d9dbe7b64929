import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createPeriodicActivities } from '../../activities/create-periodic-activities.ts';
import { IrodsConnectionError, IrodsSetupError } from '../../retrieval/irods/errors.ts';
import { NothingToRunError } from '../../workers/periodic-errors.ts';

/** What the activity fails with when its worker does. */
async function failureOf(error: Error): Promise<unknown> {
  const activities = createPeriodicActivities(async () => {
    throw error;
  });
  const runPeriodic = async (): Promise<unknown> => activities.runPeriodic({ worker: 'IrodsRetrieval', digest: '1' });
  const running = new MockActivityEnvironment().run(runPeriodic);
  return running.catch((failure: unknown) => failure);
}

describe('a run that fails', () => {
  it.each([
    ['a query', new IrodsSetupError('no query dataModifiedPartial in the zone seq')],
    [
      'a config file that was deleted',
      new NothingToRunError('there is no periodic worker Mine with a config file here'),
    ],
  ])('is not repeated where a person must bring %s first', async (_what, error) => {
    const failure = await failureOf(error);
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ message: error.message, type: error.name, nonRetryable: true });
  });

  it.each([
    ['an outage', new IrodsConnectionError('no route')],
    ['anything else', new Error('no idea')],
  ])('is repeated after %s', async (_situation, error) => {
    expect(await failureOf(error)).toBe(error);
  });
});
