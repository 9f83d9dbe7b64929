import { testNamespace, timeSkippingEnvironment } from './temporal.ts';

describe('the run’s Temporal server', () => {
  it('gives each asker a namespace of its own in which a workflow can start at once', async () => {
    const [one, other] = await Promise.all([testNamespace(), testNamespace()]);
    try {
      await one.client().workflow.start('anything', { workflowId: 'same', taskQueue: 'nobody' });
      await other.client().workflow.start('anything', { workflowId: 'same', taskQueue: 'nobody' });
      expect((await one.client().workflow.getHandle('same').describe()).status.name).toBe('RUNNING');
      await (await one.nativeConnection()).workflowService.describeNamespace({ namespace: one.namespace });
      expect(one.namespace).not.toBe(other.namespace);
    } finally {
      await Promise.all([one.close(), other.close()]);
    }
  });

  it('skips time where a test wants to', async () => {
    const environment = await timeSkippingEnvironment();
    try {
      const before = await environment.currentTimeMs();
      await environment.sleep('1 day');
      expect((await environment.currentTimeMs()) - before).toBeGreaterThanOrEqual(24 * 3_600_000);
    } finally {
      await environment.teardown();
    }
  });
});
