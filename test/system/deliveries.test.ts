import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Delivery } from '../../deliveries/delivery.ts';
import { deliveryId } from '../../deliveries/delivery-ids.ts';
import { WorkflowType } from '../../workflows/messages.ts';
import { AT_HAND, linesOf, receiverOf, ruleOn } from '../support/rule-texts.ts';
import { enrichment, startTestSystem, type TestSystem, until } from '../support/system.ts';

const received = async ({ folder }: TestSystem): Promise<unknown[]> =>
  (await linesOf(join(folder.home, 'received.txt'))).map((line) => JSON.parse(line) as unknown);

/** A receiver that writes down what it gets. */
const WRITING = receiverOf('lab', 'seen', `note(context.home + '/received.txt', JSON.stringify(notification));`);

async function enrichMany(system: TestSystem, prefix: string, count: number): Promise<string[]> {
  const paths = Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  await Promise.all(paths.map(async (path) => system.enrich(path, enrichment('seen'))));
  return paths;
}

async function allDelivered(system: TestSystem, count: number): Promise<Delivery[]> {
  let deliveries: Delivery[] = [];
  await until(async () => {
    deliveries = await system.deliveries();
    return deliveries.length >= count && deliveries.every(({ state }) => state === 'delivered');
  }, `${count} deliveries to be made`);
  return deliveries;
}

async function ask(system: TestSystem, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(system.api.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

function withReceivers(system: TestSystem, receivers: object): Parameters<TestSystem['startWorker']>[0] {
  return { deliveries: { ...system.settings.deliveries, receivers: receivers as never } };
}

describe('a flooded receiver', () => {
  it('gets as many as it may, and one digest of all others', async () => {
    await using system = await startTestSystem({
      rules: { 'seen.rule.ts': ruleOn('seen', 'seen'), 'lab.receiver.ts': WRITING },
      config: { deliveries: { receivers: { lab: { flood: { notifications: 5, within: '4 s' } } } } },
    });
    await enrichMany(system, '/data/flood', 40);
    await system.settled();
    const deliveries = await allDelivered(system, 41);
    const got = (await received(system)) as {
      id: string;
      about: string;
      data: { count: number; examples: unknown[] };
    }[];
    expect(got.filter(({ about }) => about === 'seen')).toHaveLength(5);
    const digests = got.filter(({ about }) => about === 'digest');
    expect(digests).toMatchObject([{ data: { count: 35, counts: [{ about: 'seen', sender: 'seen', count: 35 }] } }]);
    expect(digests[0]?.data.examples).toHaveLength(35);
    const digest = deliveryId(digests[0]?.id ?? '', 'lab');
    expect(deliveries.filter((delivery) => delivery.digest === digest)).toHaveLength(35);
  }, 60_000);

  it('gets what was gathered when no window is configured any more, though the worker was exchanged meanwhile', async () => {
    await using system = await startTestSystem({
      rules: { 'seen.rule.ts': ruleOn('seen', 'seen'), 'lab.receiver.ts': WRITING },
      config: { deliveries: { receivers: { lab: { digestWindow: '1 h' } } } },
    });
    await enrichMany(system, '/data/held', 10);
    await system.settled();
    expect(await received(system)).toEqual([]);
    const held = await ask(system, '/notifications?status=held&limit=4');
    expect(held).toMatchObject({ status: 200, body: { notifications: expect.any(Array), next: expect.any(String) } });
    await system.worker.close();
    await system.startWorker(withReceivers(system, {}));
    await allDelivered(system, 11);
    expect(await received(system)).toMatchObject([{ about: 'digest', data: { count: 10 } }]);
    await enrichMany(system, '/data/later', 2);
    await allDelivered(system, 13);
    expect(await received(system)).toHaveLength(3);
  }, 60_000);
});

describe('a receiver that says how it is to be tried', () => {
  const failing = (retry: string, error: string) => `
${AT_HAND}
import { defineReceiver } from 'cookie-monster';
export default defineReceiver({
  id: 'lab', ${retry}
  accepts: ({ about }) => about === 'seen',
  receive: (notification, context) => {
    note(context.home + '/received.txt', JSON.stringify(notification.id));
    if (existsSync(context.home + '/mended')) return;
    throw Object.assign(new Error('down'), ${error});
  },
});`;

  it('in its definition is tried so often, and one that will never succeed once', async () => {
    await using system = await startTestSystem({
      rules: {
        'seen.rule.ts': ruleOn('seen', 'seen'),
        'lab.receiver.ts': failing(`retry: { attempts: 3, backoff: '50 ms' },`, `{}`),
        'never.receiver.ts': failing('', '{ retryable: false }').replace("id: 'lab'", "id: 'never'"),
      },
    });
    await enrichMany(system, '/data/down', 1);
    await until(
      async () => (await system.deliveries()).filter(({ state }) => state === 'dead').length === 2,
      'both to be given up',
    );
    const attempts = Object.fromEntries((await system.deliveries()).map((one) => [one.receiver, one.attempts]));
    expect(attempts).toEqual({ lab: 3, never: 1 });
  }, 60_000);

  it('in its error is left alone so long, and gets all dead letters that are asked for again', async () => {
    await using system = await startTestSystem({
      rules: { 'seen.rule.ts': ruleOn('seen', 'seen'), 'lab.receiver.ts': failing('', '{ retryAfter: 1 }') },
      config: { deliveries: { attempts: 2, backoff: '1 ms' } },
    });
    await enrichMany(system, '/data/busy', 6);
    await until(async () => (await system.ledger.dead(undefined, 10)).length === 6, 'all to be given up');
    for (const { failedAt = '', notification } of await system.deliveries()) {
      expect(Date.parse(failedAt) - Date.parse(notification.at)).toBeGreaterThanOrEqual(900);
    }
    await mkdir(system.folder.home, { recursive: true });
    await writeFile(join(system.folder.home, 'mended'), '');
    const one = await ask(system, '/notifications/redeliver', { status: 'dead', prefix: '/data/busy-3' });
    expect(one).toEqual({ status: 200, body: { redelivered: 1 } });
    const rest = await ask(system, '/notifications/redeliver', { status: 'dead', receiver: 'lab', about: 'seen' });
    expect(rest).toEqual({ status: 200, body: { redelivered: 5 } });
    await allDelivered(system, 6);
  }, 60_000);
});

describe('a delivery whose API died while it was being sent again', () => {
  it('is made all the same', async () => {
    await using system = await startTestSystem({
      rules: { 'seen.rule.ts': ruleOn('seen', 'seen'), 'lab.receiver.ts': WRITING },
    });
    const [{ id } = { id: '' }] = await system.ledger.record([
      {
        notification: { id: 'n', about: 'seen', data: 1, sender: 's', identifier: '/a', at: new Date(0).toISOString() },
        receiver: 'lab',
        rulebook: (await system.rulebook()) ?? '',
        job: 'job',
      },
    ]);
    await system.ledger.bury(id, new Date().toISOString());
    // What the API does first; then it dies.
    await system.client.workflow.start(WorkflowType.DeliverNotification, {
      workflowId: `delivery:${id}`,
      taskQueue: 'cookie-monster',
      args: [{ delivery: id, burial: 1 }],
    });
    await allDelivered(system, 1);
    expect(await received(system)).toHaveLength(1);
  }, 60_000);
});

describe('a receiver that is mended while notifications wait for it', () => {
  it('takes them once they are sent again; one that was deleted is called no more', async () => {
    const broken = (id: string) =>
      receiverOf(id, 'seen', `note(context.home + '/${id}.txt', 'x'); throw new Error('down');`);
    await using system = await startTestSystem({
      rules: {
        'seen.rule.ts': ruleOn('seen', 'seen'),
        'lab.receiver.ts': broken('lab'),
        'bad.receiver.ts': broken('bad'),
      },
      config: { deliveries: { attempts: 4, backoff: '1 h', maximumInterval: '1 h' } },
    });
    await enrichMany(system, '/data/waiting', 3);
    await until(async () => {
      const { body } = await ask(system, '/notifications?status=waiting');
      const { notifications } = body as { notifications: { attempts: number }[] };
      return notifications.length === 6 && notifications.every(({ attempts }) => attempts === 1);
    }, 'all to have failed once');
    const rulebook = await system.rulebook();
    await system.folder.write('lab.receiver.ts', WRITING);
    await rm(join(system.folder.rules, 'bad.receiver.ts'));
    const isMended = async () => {
      const { body } = await ask(system, '/rules');
      return (await system.rulebook()) !== rulebook && !JSON.stringify(body).includes('bad.receiver.ts');
    };
    await until(isMended, 'both changes to be in force');

    expect(await ask(system, '/notifications/redeliver', { status: 'waiting' })).toMatchObject({
      body: { redelivered: 6 },
    });
    await until(async () => (await system.deliveries()).every(({ state }) => state !== 'waiting'), 'all to be settled');
    const fates = (await system.deliveries()).map(({ receiver, state }) => `${receiver} ${state}`).toSorted();
    expect(fates).toEqual([...Array<string>(3).fill('bad dead'), ...Array<string>(3).fill('lab delivered')]);
    expect(await received(system)).toHaveLength(3);
    expect(await linesOf(join(system.folder.home, 'bad.txt'))).toHaveLength(3);
  }, 60_000);
});

describe('a receiver whose rate is capped', () => {
  it('gets everything, and no faster', async () => {
    const slow = receiverOf('lab', 'seen', `note(context.home + '/received.txt', String(Date.now()));`);
    const quick = receiverOf('quick', 'seen', `note(context.home + '/quick.txt', String(Date.now()));`);
    await using system = await startTestSystem({
      rules: { 'seen.rule.ts': ruleOn('seen', 'seen'), 'lab.receiver.ts': slow, 'quick.receiver.ts': quick },
      config: { deliveries: { receivers: { lab: { maxPerSecond: 5 } } } },
    });
    await enrichMany(system, '/data/paced', 20);
    await system.settled();
    await allDelivered(system, 40);
    const times = (await linesOf(join(system.folder.home, 'received.txt'))).map(Number).toSorted((a, b) => a - b);
    expect(times).toHaveLength(20);
    const [first = 0] = times;
    expect((times.at(-1) ?? 0) - first).toBeGreaterThanOrEqual(3_500);
    for (const { attempts } of await system.deliveries()) expect(attempts).toBe(0);
  }, 60_000);
});
