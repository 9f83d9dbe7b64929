import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createPeriodicActivities } from '../../activities/create-periodic-activities.ts';
import { IrodsConnectionError, IrodsSetupError } from '../../retrieval/irods/errors.ts';

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
  it('is not repeated where a person must change something first', async () => {
    const failure = await failureOf(new IrodsSetupError('no query dataModifiedPartial in the zone seq'));
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({
      message: 'no query dataModifiedPartial in the zone seq',
      type: 'IrodsSetupError',
      nonRetryable: true,
    });
  });

  it.each([
    ['an outage', new IrodsConnectionError('no route')],
    ['anything else', new Error('no idea')],
  ])('is repeated after %s', async (_situation, error) => {
    expect(await failureOf(error)).toBe(error);
  });
});
