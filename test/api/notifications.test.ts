import { WorkflowNotFoundError } from '@temporalio/client';
import { Ledger } from '../../deliveries/ledger.ts';
import { deliveryWorkflowId } from '../../workflows/messages.ts';
import { TASK_QUEUE, WorkflowType } from '../../workflows/messages.ts';
import { type Installation, startInstallation } from './installation.ts';

const AT = '2026-01-05T06:00:00.000Z';

describe('/notifications', () => {
  let installation: Installation;
  let ledger: Ledger;

  beforeEach(async () => {
    installation = await startInstallation();
    ledger = new Ledger(installation.documents);
  }, 60_000);

  afterEach(async () => {
    await installation.close();
  });

  /** Gives up a delivery to each receiver, of notifications of their own. */
  async function bury(...receivers: string[]): Promise<string[]> {
    const requests = receivers.map((receiver, index) => ({
      notification: { id: `n-${index}`, about: 'test', data: { deep: [1] }, sender: 'rule', identifier: '/a', at: AT },
      receiver,
      rulebook: 'abc',
      job: 'job-1',
    }));
    const ids = (await ledger.record(requests)).map(({ id }) => id);
    for (const id of ids) {
      await ledger.failed(id, 'no answer', AT);
      await ledger.bury(id, AT);
    }
    return ids.toSorted();
  }

  async function dead(): Promise<number> {
    return (await ledger.dead(undefined, 1000)).length;
  }

  async function redeliver(body: unknown) {
    return installation.ask({ method: 'POST', path: '/notifications/redeliver', body });
  }

  async function describeDelivery(id: string) {
    const { type, taskQueue, status, runId } = await installation.client.workflow
      .getHandle(deliveryWorkflowId(id))
      .describe();
    return { type, taskQueue, status: status.name, runId };
  }

  it('lists dead letters, page by page', async () => {
    const ids = await bury('mail', 'mail', 'file');
    const first = await installation.ask({ path: '/notifications?status=dead&limit=2' });
    expect(first).toMatchObject({
      status: 200,
      body: { notifications: [{ id: ids[0] }, { id: ids[1] }], next: ids[1] },
    });
    const second = await installation.ask({ path: `/notifications?status=dead&limit=2&after=${ids[1]}` });
    expect(second.body).toEqual({
      notifications: [
        {
          id: ids[2],
          receiver: 'file',
          job: 'job-1',
          notification: { id: 'n-2', about: 'test', data: { deep: [1] }, sender: 'rule', identifier: '/a', at: AT },
          attempts: 1,
          failure: 'no answer',
          failed_at: AT,
          given_up_at: AT,
        },
      ],
      next: null,
    });
  });

  it('are counted in the status of the queue', async () => {
    await bury('mail', 'file');
    expect(await installation.ask({ path: '/queue/status' })).toMatchObject({
      status: 200,
      body: { dead_letters: 2, dead_letters_more: false },
    });
  });

  it('sends one again', async () => {
    const [id = ''] = await bury('a receiver/with: signs');
    expect(await redeliver({ id })).toMatchObject({ status: 200, body: { redelivered: 1 } });
    expect(await ledger.get(id)).toMatchObject({ state: 'waiting', attempts: 0 });
    expect(await describeDelivery(id)).toMatchObject({
      type: WorkflowType.DeliverNotification,
      taskQueue: TASK_QUEUE,
      status: 'RUNNING',
    });
  });

  it('answers 404 for one that there is not, and 409 for one that its receiver has taken', async () => {
    expect(await redeliver({ id: 'unknown' })).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('unknown') },
    });
    const [id = ''] = await bury('mail');
    await ledger.revive(id);
    await ledger.delivered(id, AT);
    expect(await redeliver({ id })).toMatchObject({ status: 409, body: { title: 'Conflict' } });
    await expect(describeDelivery(id)).rejects.toBeInstanceOf(WorkflowNotFoundError);
  });

  it('sends all again, or those of one receiver', async () => {
    const ids = await bury(...Array.from({ length: 45 }, (_, index) => (index % 3 === 0 ? 'mail' : 'file')));
    const mail = { status: 'dead', receiver: 'mail' };
    expect(await redeliver(mail)).toMatchObject({ status: 200, body: { redelivered: 15 } });
    expect(await dead()).toBe(30);
    expect(await redeliver({ status: 'dead' })).toMatchObject({ status: 200, body: { redelivered: 30 } });
    expect(await dead()).toBe(0);
    for (const id of ids) expect(await describeDelivery(id)).toMatchObject({ status: 'RUNNING' });
  }, 60_000);

  it('sends one again whose last workflow has not closed yet, by a workflow of its own', async () => {
    const [id = ''] = await bury('mail');
    await installation.dependencies.workflows.restartDelivery(id);
    const before = await describeDelivery(id);
    expect(await redeliver({ id })).toMatchObject({ status: 200, body: { redelivered: 1 } });
    const after = await describeDelivery(id);
    expect(after.status).toBe('RUNNING');
    expect(after.runId).not.toBe(before.runId);
  });

  it.each([[{}], [{ id: '' }], [{ id: 'a', status: 'dead' }], [{ status: 'all' }], [[]], ['"one"']])(
    'refuses to redeliver %j',
    async (body) => {
      expect(await redeliver(body)).toMatchObject({ status: 400, body: { detail: expect.stringMatching(/^body/) } });
    },
  );
});
