import { WorkflowNotFoundError } from '@temporalio/client';
import { Digests } from '../../deliveries/digests.ts';
import { Ledger } from '../../deliveries/ledger.ts';
import { deliveryWorkflowId } from '../../workflows/messages.ts';
import { TASK_QUEUE, WorkflowType } from '../../workflows/messages.ts';
import { until } from '../support/ground.ts';
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
          status: 'dead',
          receiver: 'file',
          job: 'job-1',
          notification: { id: 'n-2', about: 'test', data: { deep: [1] }, sender: 'rule', identifier: '/a', at: AT },
          attempts: 1,
          failure: 'no answer',
          failed_at: AT,
          not_before: null,
          delivered_at: null,
          given_up_at: AT,
          given_up: 1,
          held: false,
          digest: null,
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
    await installation.dependencies.workflows.restartDelivery(id, 1);
    const before = await describeDelivery(id);
    expect(await redeliver({ id })).toMatchObject({ status: 200, body: { redelivered: 1 } });
    const after = await describeDelivery(id);
    expect(after.status).toBe('RUNNING');
    expect(after.runId).not.toBe(before.runId);
  });

  it('finds dead letters by receiver, kind, cookie and time, and sends those again', async () => {
    const [, fileId = ''] = await bury('mail', 'file');
    const found = async (query: string) => {
      const { body } = await installation.ask({ path: `/notifications?status=dead&${query}` });
      return (body as { notifications: { receiver: string }[] }).notifications.map(({ receiver }) => receiver);
    };
    expect(await found('receiver=file')).toEqual(['file']);
    expect(await found('about=test&sender=rule&prefix=%2Fa')).toEqual(['mail', 'file']);
    expect(await found('about=other')).toEqual([]);
    expect(await found('prefix=%2Fb')).toEqual([]);
    expect(await found(`from=${AT}&to=2026-01-05T07:30:00%2B01:00`)).toEqual(['mail', 'file']);
    expect(await found(`to=${AT}`)).toEqual([]);
    const later = { status: 'dead', from: '2026-01-06T00:00:00Z' };
    expect(await redeliver(later)).toMatchObject({ status: 200, body: { redelivered: 0 } });
    const file = { status: 'dead', receiver: 'file', prefix: '/a', to: '2026-01-06T00:00:00Z' };
    expect(await redeliver(file)).toMatchObject({ status: 200, body: { redelivered: 1 } });
    expect(await ledger.get(fileId)).toMatchObject({ state: 'waiting' });
    expect(await found('about=test')).toEqual(['mail']);
  });

  it('tells of one, whatever became of it', async () => {
    const [id = ''] = await bury('mail');
    expect(await installation.ask({ path: `/notifications?id=${encodeURIComponent(id)}` })).toMatchObject({
      status: 200,
      body: { id, status: 'dead', attempts: 1, failure: 'no answer', given_up: 1, held: false },
    });
    expect(await installation.ask({ path: '/notifications?id=unknown' })).toMatchObject({ status: 404 });
  });

  it('lists those that are being repeated, page by page, and those that are held', async () => {
    const ids = await bury('mail', 'file', 'chat');
    await redeliver({ status: 'dead' });
    const seen: string[] = [];
    await until(async () => {
      seen.splice(0);
      for (let after = ''; ;) {
        const { body } = await installation.ask({ path: `/notifications?status=waiting&limit=2${after}` });
        const { notifications, next } = body as { notifications: { id: string }[]; next: string | null };
        seen.push(...notifications.map(({ id }) => id));
        if (next === null) return seen.length === 3;
        after = `&after=${encodeURIComponent(next)}`;
      }
    }, 'the three to be listed');
    expect(seen.toSorted()).toEqual(ids);
    const first = (await installation.ask({ path: '/notifications?status=waiting&limit=2' })).body;
    const { next: token } = first as { next: string };
    const tampered = `${token.slice(0, -1)}${token.endsWith('A') ? 'Q' : 'A'}`;
    expect(await installation.ask({ path: `/notifications?status=waiting&after=${tampered}` })).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('after') },
    });
    const receiver = await installation.ask({ path: '/notifications?status=waiting&receiver=chat' });
    expect(receiver.body).toMatchObject({ notifications: [{ receiver: 'chat' }] });

    const digests = new Digests({ documents: installation.documents, ledger, currentRulebook: async () => 'abc' });
    const records = await ledger.getAll(ids);
    for (const record of records) await digests.hold(record, '1767592800000');
    expect(await installation.ask({ path: '/queue/status' })).toMatchObject({ body: { deliveries_held: 3 } });
    const held = await installation.ask({ path: '/notifications?status=held&limit=2' });
    const { notifications, next } = held.body as { notifications: { id: string; held: boolean }[]; next: string };
    expect(notifications.map(({ held: isHeld }) => isHeld)).toEqual([true, true]);
    const rest = await installation.ask({ path: `/notifications?status=held&after=${encodeURIComponent(next)}` });
    expect(rest.body).toMatchObject({ notifications: [{ held: true }], next: null });
    expect(await redeliver({ id: ids[0] })).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('is gathered for a digest') },
    });
  });

  it('sends what is still being tried again as a dead letter is: with all attempts, by the rules in force', async () => {
    const ids = await bury('chat', 'file', 'mail');
    await redeliver({ status: 'dead' });
    await until(async () => {
      const { body } = await installation.ask({ path: '/notifications?status=waiting' });
      return (body as { notifications: unknown[] }).notifications.length === 3;
    }, 'the three to be listed');
    for (const id of ids) await ledger.failed(id, 'still no answer', AT, { hopeless: true });
    const byReceiver = new Map((await ledger.getAll(ids)).map(({ receiver, id }) => [receiver, id]));
    const [chat = '', file = '', mail = ''] = ['chat', 'file', 'mail'].map((receiver) => byReceiver.get(receiver));
    const runs = async () => Promise.all([chat, file, mail].map(async (id) => (await describeDelivery(id)).runId));
    const before = await runs();

    expect(await redeliver({ id: chat })).toMatchObject({ status: 200, body: { redelivered: 1 } });
    const query = { status: 'waiting', receiver: 'mail', prefix: '/a' };
    expect(await redeliver(query)).toMatchObject({ status: 200, body: { redelivered: 1 } });
    expect(await redeliver({ status: 'waiting', about: 'other' })).toMatchObject({ body: { redelivered: 0 } });

    for (const id of [chat, mail]) {
      const record = await ledger.get(id);
      // Given up once more: what was given up goes by the rulebook in force.
      expect(record).toMatchObject({ state: 'waiting', attempts: 0, burials: 2 });
      expect(record).not.toHaveProperty('hopeless');
    }
    expect(await ledger.get(file)).toMatchObject({ state: 'waiting', attempts: 1, burials: 1, hopeless: true });
    expect((await runs()).map((run, index) => run === before[index])).toEqual([false, true, false]);
    expect(await dead()).toBe(0);
  }, 60_000);

  it('sends nothing again by the time of giving up that was not given up', async () => {
    expect(await redeliver({ status: 'waiting', from: AT })).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/^body: .*from/) },
    });
  });

  it('sends what a digest told of again with its digest', async () => {
    const digests = new Digests({ documents: installation.documents, ledger, currentRulebook: async () => 'abc' });
    const requests = Array.from({ length: 5 }, (_, n) => ({
      notification: { id: `m-${n}`, about: 'flood', data: n, sender: 'rule', identifier: '/a', at: AT },
      receiver: 'mail',
      rulebook: 'abc',
      job: 'job-1',
    }));
    for (const record of await ledger.record(requests)) await digests.hold(record, '1767592800000');
    const [digest = ''] = await digests.make('mail', '1767592800000');
    await digests.settle(await ledger.bury(digest, AT), AT);
    expect(await dead()).toBe(6);
    expect(await redeliver({ status: 'dead', about: 'flood' })).toMatchObject({ body: { redelivered: 1 } });
    expect(await describeDelivery(digest)).toMatchObject({ status: 'RUNNING' });
    expect(await ledger.get(digest)).toMatchObject({ state: 'waiting' });
  });

  it.each([
    '',
    '?status=all',
    '?status=dead&id=a',
    '?status=dead&from=yesterday',
    '?id=',
    '?status=waiting&after=%21',
    '?status=waiting&after=zzz',
  ])('refuses to look for %j', async (query) => {
    expect(await installation.ask({ path: `/notifications${query}` })).toMatchObject({ status: 400 });
  });

  it('names what is wrong with what dead letters are chosen by', async () => {
    expect(await redeliver({ status: 'dead', from: 'yesterday' })).toMatchObject({
      status: 400,
      body: { errors: [{ place: 'body.from' }] },
    });
    expect(await redeliver({ id: '' })).toMatchObject({ status: 400, body: { errors: [{ place: 'body.id' }] } });
  });

  it.each([
    [{ status: 'dead', job: 'x' }],
    [{}],
    [{ id: '' }],
    [{ id: 'a', status: 'dead' }],
    [{ status: 'all' }],
    [[]],
    ['"one"'],
  ])('refuses to redeliver %j', async (body) => {
    expect(await redeliver(body)).toMatchObject({ status: 400, body: { detail: expect.stringMatching(/^body/) } });
  });
});
