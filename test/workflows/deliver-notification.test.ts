import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode } from '@temporalio/worker';
import { createTemporalWorkers } from '../../workers/temporal-workers.ts';
import { startDelivery } from '../../workflows/client/start-delivery.ts';
import { timeSkippingEnvironment } from '../support/temporal.ts';
import { deliveryWorkflowId } from '../../workflows/messages.ts';
import { StandInActivities } from './stand-in-activities.ts';

const WORKFLOWS = new URL('../../workflows/index.ts', import.meta.url).pathname;

describe('deliverNotification', () => {
  let env: TestWorkflowEnvironment;
  let code: string;

  beforeAll(async () => {
    env = await timeSkippingEnvironment();
    ({ code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS }));
  }, 60_000);

  afterAll(async () => {
    await env.teardown();
  });

  it('makes the delivery though the worker fails to tell how often it may be tried', async () => {
    const standIn = new StandInActivities();
    let asked = 0;
    const workers = await createTemporalWorkers({
      connection: env.nativeConnection,
      namespace: env.namespace ?? 'default',
      workflowBundle: { code },
      cookieActivities: {
        ...standIn.activities,
        deliveryPolicy: async () => {
          asked++;
          if (asked < 3) throw new Error('the machine is busy');
          return standIn.activities.deliveryPolicy();
        },
      },
      periodicActivities: { runPeriodic: async () => undefined },
      slots: 10,
    });
    const running = workers.run();
    try {
      await startDelivery(env.client, 'troubled');
      const handle = env.client.workflow.getHandle(deliveryWorkflowId('troubled'));
      expect(await handle.result()).toBe('delivered');
      expect(standIn.redelivered).toEqual(['troubled']);
    } finally {
      workers.shutdown();
      await running;
    }
  }, 30_000);
});
