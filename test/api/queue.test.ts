import { defaultPayloadConverter } from '@temporalio/common';
import { ServiceError } from '@temporalio/client';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowService } from '../../api/dependencies.ts';
import { cookieWorkflowId } from '../../workflows/client/workflow-ids.ts';
import { TASK_QUEUE, WakeKind, WorkflowType, deliveryWorkflowId } from '../../workflows/messages.ts';
import { eventually } from './eventually.ts';
import { Gate } from './gate.ts';
import { type Installation, startInstallation } from './installation.ts';
import { send } from './raw-request.ts';

describe('/queue', () => {
  let installation: Installation;

  beforeAll(() => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  });

  beforeEach(async () => {
    installation = await startInstallation();
  }, 60_000);

  afterEach(async () => {
    await installation.close();
  });

  async function reprocess(body: unknown) {
    return installation.ask({ method: 'POST', path: '/queue/reprocess', body });
  }

  async function queue(): Promise<unknown> {
    return (await installation.ask({ path: '/queue' })).body;
  }

  it('is empty at first, and long as the cookies that are not settled, from the moment of the answer', async () => {
    expect(await queue()).toEqual({ queue_length: 0 });
    await reprocess({ path: '/queue/1' });
    expect(await queue()).toEqual({ queue_length: 1 });
    await reprocess({ path: '/queue/1' });
    await reprocess({ path: '/queue/2' });
    expect(await queue()).toEqual({ queue_length: 2 });
    const pushed = Array.from({ length: 30 }, (_, index) => ({
      identifier: `/queue/pushed/${index}`,
      enrichments: [{ source: 's', metadata: {} }],
    }));
    await installation.ask({ method: 'POST', path: '/cookiejar', body: pushed });
    await eventually(async () => {
      expect(await queue()).toEqual({ queue_length: 32 });
    });
    await installation.dependencies.workflows.stopCookie('/queue/1', 'test');
    await eventually(async () => {
      expect(await queue()).toEqual({ queue_length: 31 });
    });
  }, 60_000);

  it('counts wakes that are accepted and still under way to Temporal', async () => {
    const goOn = new Gate();
    const wake = async () => goOn.passed;
    const api = await installation.startChanged({ wake });
    const body = [1, 2].map((n) => ({ identifier: `/queue/slow/${n}`, enrichments: [{ source: 's', metadata: {} }] }));
    const pushing = send(api.url, { method: 'POST', path: '/cookiejar', body });
    await eventually(async () => {
      expect(await send(api.url, { path: '/queue' })).toMatchObject({ status: 200, body: { queue_length: 2 } });
    });
    goOn.open();
    await pushing;
    await api.close();
  });

  it.each([
    ['an object with a path', { path: '/asked/1' }, { path: '/asked/1' }, '/asked/1'],
    ['an object with an identifier', { identifier: '/asked/2' }, { identifier: '/asked/2' }, '/asked/2'],
    ['a bare text', '"asked/3"', { identifier: 'asked/3' }, 'asked/3'],
    ['more members than it knows', { path: '/asked/4', priority: 'high' }, { path: '/asked/4' }, '/asked/4'],
  ])('takes %s for reprocessing, of a cookie known or not', async (_name, body, answer, identifier) => {
    const response = await reprocess(body);
    expect([response.status, response.body]).toEqual([200, answer]);
    expect(await installation.isRunning(identifier)).toBe(true);
    const { events } = await installation.client.workflow.getHandle(cookieWorkflowId(identifier)).fetchHistory();
    const signals = (events ?? []).flatMap((event) => event.workflowExecutionSignaledEventAttributes ?? []);
    const payload = signals[0]?.input?.payloads?.[0];
    expect(payload && defaultPayloadConverter.fromPayload(payload)).toEqual({
      id: expect.stringMatching(/./),
      kind: WakeKind.Reprocess,
    });
    expect(signals).toHaveLength(1);
    expect(await installation.jar.fetch(identifier)).toBeUndefined();
  });

  it('answers the last count where Temporal is asked too much', async () => {
    const answers: (() => Promise<number>)[] = [
      async () => 5,
      async () => {
        throw new ServiceError('Failed to count', { cause: Object.assign(new Error('busy'), { code: 8 }) });
      },
    ];
    const count: WorkflowService['count'] = async () => (answers.shift() ?? (async () => 9))();
    const api = await installation.startChanged({ workflows: { ...installation.dependencies.workflows, count } });
    expect(await send(api.url, { path: '/queue' })).toMatchObject({ status: 200, body: { queue_length: 5 } });
    await eventually(async () => {
      expect(await send(api.url, { path: '/queue' })).toMatchObject({ status: 200, body: { queue_length: 5 } });
      expect(answers).toEqual([]);
    });
    await eventually(async () => {
      expect(await send(api.url, { path: '/queue' })).toMatchObject({ status: 200, body: { queue_length: 9 } });
    });
    await api.close();
  }, 60_000);

  it('answers 503 where Temporal does not answer and never has', async () => {
    const workflows = { ...installation.dependencies.workflows, count: noAnswer };
    for (const path of ['/queue', '/queue/status']) {
      expect(await installation.askChanged({ workflows }, { path })).toMatchObject({
        status: 503,
        body: { title: 'Service Unavailable', detail: expect.not.stringContaining('secret') },
      });
    }
  });

  it('answers 503 to a request for reprocessing that Temporal does not take', async () => {
    const request = { method: 'POST', path: '/queue/reprocess', body: { path: '/a' } };
    const response = await installation.askChanged({ wake: refusedByTemporal }, request);
    expect(response).toMatchObject({ status: 503, body: { title: 'Service Unavailable' } });
    expect(JSON.stringify(response.body)).not.toContain('secret');
  });

  it('tells how it is doing', async () => {
    const { client } = installation;
    const worker = await Worker.create({
      connection: await installation.nativeConnection(),
      namespace: client.options.namespace,
      taskQueue: TASK_QUEUE,
      workflowsPath: new URL('stand-in-workflows.ts', import.meta.url).pathname,
    });
    await worker.runUntil(async () => {
      await client.workflow.start(WorkflowType.DeliverNotification, {
        workflowId: deliveryWorkflowId('waiting'),
        taskQueue: TASK_QUEUE,
        args: [{ delivery: 'waiting' }],
      });
      for (const path of ['/1', '/2', '/3', '/staying', '/failing/1', '/failing/2']) await reprocess({ path });
      await eventually(async () => {
        expect(await installation.ask({ path: '/queue/status' })).toMatchObject({
          status: 200,
          body: {
            queue_length: 1,
            running: 1,
            failed: 2,
            deliveries_waiting: 1,
            deliveries_held: 0,
            deliveries_held_more: false,
            dead_letters: 0,
            dead_letters_more: false,
            rate: 3 / 60,
          },
        });
      });
    });
  }, 60_000);
});

async function noAnswer(): Promise<never> {
  throw new Error('secret: 14 UNAVAILABLE');
}

async function refusedByTemporal(): Promise<never> {
  throw new ServiceError('secret', { cause: new Error('14 UNAVAILABLE') });
}
