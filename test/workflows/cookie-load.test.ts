import { NativeConnection, Worker } from '@temporalio/worker';
import { WORKFLOW_BUNDLE } from '../../workers/workflow-bundle.ts';
import { createLoadReader } from '../../workflows/client/cookie-load.ts';
import { createRemoteWake } from '../../workflows/client/wake.ts';
import { TASK_QUEUE, WakeKind } from '../../workflows/messages.ts';
import { until } from '../support/ground.ts';
import { testNamespace, type TestNamespace } from '../support/temporal.ts';

describe('the load of an installation', () => {
  let temporal: TestNamespace;

  beforeAll(async () => {
    temporal = await testNamespace();
  });

  afterAll(async () => temporal.close());

  it('is how many cookies are under way, whoever woke them', async () => {
    const client = temporal.client();
    const read = createLoadReader(client, 30);
    expect(await read()).toEqual({ underWay: 0, limit: 30 });
    const wake = createRemoteWake(client);
    await Promise.all(
      ['/a', '/b', '/c'].map(async (identifier) => wake(identifier, WakeKind.Enriched, { inBulk: true })),
    );
    await until(async () => (await read()).underWay === 3, 'all three to be counted');
    await client.workflow.getHandle('cookie:/a').terminate();
    await until(async () => (await read()).underWay === 2, 'the one that ended to be counted no longer');
  });

  it('is shared by the worker processes that there are', async () => {
    const client = temporal.client();
    // The SDK allows one worker of a task queue on a connection.
    const connections = await Promise.all(
      [1, 2].map(async () => NativeConnection.connect({ address: temporal.address })),
    );
    const workers = await Promise.all(
      connections.map(async (connection, index) =>
        Worker.create({
          connection,
          namespace: client.options.namespace,
          identity: `1@host-${index}`,
          taskQueue: TASK_QUEUE,
          workflowBundle: WORKFLOW_BUNDLE,
        }),
      ),
    );
    const ended = workers.map(async (worker) => worker.run());
    try {
      // What is known of workers is kept for a while: each look here is a first one.
      await until(async () => (await createLoadReader(client, 30)()).limit === 60, 'both processes to be known');
    } finally {
      for (const worker of workers) worker.shutdown();
      await Promise.all(ended);
      await Promise.all(connections.map(async (connection) => connection.close()));
    }
  });
});
