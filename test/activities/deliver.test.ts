import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createDeliveryActivities } from '../../activities/deliver.ts';
import type { DeliverResult } from '../../activities/cookie-activities.ts';
import type { DeliveryDependencies } from '../../activities/delivery-dependencies.ts';
import { Tally } from '../../activities/tally.ts';
import { BiscuitTin } from '../../cookiejar/biscuit-tin.ts';
import { Ledger } from '../../deliveries/ledger.ts';
import type { ReceiverSettings } from '../../deliveries/receiver-settings.ts';
import { EvaluatorClosedError, RulebookUnavailableError, UserCodeError } from '../../rulebook/errors.ts';
import type { Evaluator } from '../../rulebook/evaluator.ts';
import type { DefinitionSummary } from '../../rulebook/problem.ts';
import type { TellDigestInput } from '../../workflows/messages.ts';
import { until } from '../support/ground.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';

type Receive = Parameters<Evaluator['receive']>[0];

/** A ledger in memory, and a receiver that each test writes as a function of what it is given. */
class World {
  readonly documents: MemoryDocuments;
  readonly ledger: Ledger;
  readonly taken: Receive[] = [];
  readonly digestsStarted: TellDigestInput[] = [];
  currentRulebook = 'book-1';
  receive: (request: Receive) => Promise<void> | void = () => {};
  readonly #settings: ReceiverSettings;
  readonly #retry: DefinitionSummary['retry'];
  readonly activities: ReturnType<typeof createDeliveryActivities>;

  constructor(
    settings: ReceiverSettings = {},
    retry?: DefinitionSummary['retry'],
    documents: MemoryDocuments = new MemoryDocuments(),
  ) {
    this.documents = documents;
    this.ledger = new Ledger(documents);
    this.#settings = settings;
    this.#retry = retry;
    this.activities = createDeliveryActivities(this.#dependencies());
  }

  /** Records some deliveries. @returns their ids */
  async record(count = 1): Promise<string[]> {
    const notification = {
      about: 'news',
      data: null,
      sender: 'rule',
      identifier: '/a',
      at: '2026-01-05T06:00:00.000Z',
    };
    const requests = Array.from({ length: count }, (_, n) => ({
      notification: { id: `n${n}`, ...notification },
      receiver: 'lab',
      rulebook: 'book-1',
      job: 'job',
    }));
    return (await this.ledger.record(requests)).map(({ id }) => id);
  }

  async redeliver(id: string): Promise<void> {
    await new MockActivityEnvironment({ isLocal: false }).run(async () => this.activities.redeliver(id));
  }

  async deliver(...ids: string[]): Promise<readonly DeliverResult[]> {
    return new MockActivityEnvironment({ isLocal: true }).run(async () => this.activities.deliver(ids));
  }

  async run<T>(call: () => Promise<T>): Promise<T> {
    return new MockActivityEnvironment({ isLocal: false }).run(call);
  }

  /** What the regular activity failed with. */
  async failureOf(id: string): Promise<ApplicationFailure> {
    const failure: unknown = await this.redeliver(id).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure instanceof ApplicationFailure) return failure;
    throw new Error(`no failure of an activity: ${String(failure)}`);
  }

  #dependencies(): DeliveryDependencies {
    const definition = { kind: 'receiver' as const, id: 'lab', file: 'lab.receiver.ts' };
    const evaluator = {
      receive: async (request: Receive) => {
        this.taken.push(request);
        await this.receive(request);
      },
    };
    return {
      jar: new BiscuitTin(this.documents),
      ledger: this.ledger,
      documents: this.documents,
      evaluator: evaluator satisfies Partial<Evaluator> as unknown as Evaluator,
      currentRulebook: async () => this.currentRulebook,
      limits: { rounds: 1, loaderAttempts: 1 },
      deliveryPolicy: { attempts: 3, backoffMs: 1_000, maximumIntervalMs: 5_000 },
      receivers: new Map([['lab', this.#settings]]),
      definitions: async () => [{ ...definition, ...(this.#retry && { retry: this.#retry }) }],
      startDelivery: async () => {},
      wake: async () => {},
      startDigest: async (input) => {
        this.digestsStarted.push(input);
      },
      tally: new Tally(),
      log: { warn: () => {} },
    };
  }
}

function fault(more: { retryable?: false; retryAfterMs?: number; file?: string } = {}): UserCodeError {
  return new UserCodeError({ kind: 'receiver', id: 'lab', file: 'lab.receiver.ts', message: 'down', ...more });
}

/** Two worker processes that deliver from one ledger. */
function workersOfOneLedger(): [World, World] {
  const documents = new MemoryDocuments();
  return [new World({}, undefined, documents), new World({}, undefined, documents)];
}

const SLOWLY = { state: 'waiting' } as const;

describe('a receiver that fails', () => {
  it('is tried again after pauses that double, and no more than configured', async () => {
    const world = new World();
    world.receive = () => {
      throw fault();
    };
    const [id = ''] = await world.record();
    const pauses: unknown[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      const { nextRetryDelay, nonRetryable } = await world.failureOf(id);
      pauses.push(nonRetryable === true ? 'never' : nextRetryDelay);
      await world.ledger.revive(id);
    }
    expect(pauses).toEqual([1_000, 2_000, 'never']);
    expect(await world.ledger.get(id)).toMatchObject({ attempts: 3, lastError: expect.stringContaining('down') });
  });

  it('is tried by what is configured for it, which wins over its definition, which wins over what is for all', async () => {
    const policyOf = async (world: World) => {
      const [id = ''] = await world.record();
      return world.activities.deliveryPolicy(id);
    };
    const retry = { attempts: 7, backoffMs: 70 };
    expect(await policyOf(new World())).toEqual({ attempts: 3, backoffMs: 1_000, maximumIntervalMs: 5_000 });
    expect(await policyOf(new World({}, retry))).toEqual({ attempts: 7, backoffMs: 70, maximumIntervalMs: 5_000 });
    expect(await policyOf(new World({ attempts: 9 }, retry))).toMatchObject({ attempts: 9, backoffMs: 70 });
    expect(await new World({}, retry).activities.deliveryPolicy()).toMatchObject({ attempts: 3 });
  });

  it('may say when to come again, and is left alone until then', async () => {
    const world = new World();
    world.receive = () => {
      throw fault({ retryAfterMs: 90_000 });
    };
    const [id = ''] = await world.record();
    expect(await world.deliver(id)).toEqual([{ delivery: id, delivered: false }]);
    const failure = await world.failureOf(id);
    expect(failure.type).toBe('NotYet');
    expect(Number(failure.nextRetryDelay)).toBeGreaterThan(80_000);
    expect(world.taken).toHaveLength(1);
    expect(await world.ledger.get(id)).toMatchObject({ attempts: 1 });
  });

  it('is given up at once where it says that it will never succeed, and tried again when that is asked for', async () => {
    const world = new World();
    world.receive = () => {
      throw fault({ retryable: false });
    };
    const [id = ''] = await world.record();
    await world.deliver(id);
    expect(await world.failureOf(id)).toMatchObject({ nonRetryable: true, message: expect.stringContaining('down') });
    expect(world.taken).toHaveLength(1);
    await world.run(async () => world.activities.bury(id));
    await world.run(async () => world.activities.revive({ delivery: id, burial: 1 }));
    world.receive = () => {};
    await world.redeliver(id);
    expect(await world.ledger.get(id)).toMatchObject({ state: 'delivered' });
  });

  it('that the rulebook in force no longer has is given up at once', async () => {
    const world = new World();
    const [id = ''] = await world.record();
    await world.ledger.bury(id, '2026-01-05T06:00:00.000Z');
    await world.ledger.revive(id);
    world.receive = () => {
      throw fault({ file: '' });
    };
    expect(await world.failureOf(id)).toMatchObject({ nonRetryable: true });
  });
});

describe('what is not the receiver’s failure', () => {
  it.each([
    ['a worker that ends', new EvaluatorClosedError()],
    ['a rulebook that cannot be had', new RulebookUnavailableError('book-1', 'the jar does not have it')],
    ['a jar that is away', new Error('connection refused')],
  ])('counts as no attempt: %s', async (_, error) => {
    const world = new World();
    world.receive = () => {
      throw error;
    };
    const [id = ''] = await world.record();
    await expect(world.redeliver(id)).rejects.toThrow(error.message);
    expect(await world.ledger.get(id)).toMatchObject({ attempts: 0, ...SLOWLY });
  });

  it('does not keep it from the receiver of the rulebook in force, where its own rulebook cannot be had', async () => {
    const world = new World();
    world.currentRulebook = 'book-2';
    world.receive = ({ rulebook }) => {
      if (rulebook === 'book-1') throw new RulebookUnavailableError('book-1', 'the jar does not have it');
    };
    const [id = ''] = await world.record();
    await world.redeliver(id);
    expect(world.taken.map(({ rulebook }) => rulebook)).toEqual(['book-1', 'book-2']);
    expect(await world.ledger.get(id)).toMatchObject({ state: 'delivered' });
  });
});

describe('a flooded receiver', () => {
  const flood = { notifications: 2, withinMs: 3_600_000 };

  it('gets so many singly, and one digest of the others', async () => {
    const world = new World({ flood });
    const ids = await world.record(6);
    expect((await world.deliver(...ids)).every(({ delivered }) => delivered)).toBe(true);
    expect(world.taken).toHaveLength(2);
    const [window] = world.digestsStarted;
    if (window === undefined) throw new Error('no digest was started');
    expect(world.digestsStarted).toHaveLength(1);
    const { waitMs } = await world.run(async () => world.activities.digestDue(window));
    expect(waitMs).toBeGreaterThan(3_500_000);

    const { deliveries } = await world.run(async () => world.activities.gatherDigests(window));
    expect(deliveries).toHaveLength(1);
    const [digest = ''] = deliveries;
    await world.redeliver(digest);
    expect(world.taken.at(-1)?.notification).toMatchObject({
      about: 'digest',
      sender: 'cookie-monster',
      identifier: '',
      data: { count: 4, counts: [{ about: 'news', sender: 'rule', count: 4 }] },
    });
    for (const record of await world.ledger.getAll(ids)) expect(record.state).toBe('delivered');
    expect((await world.ledger.getAll(ids)).filter((record) => record.digest === digest)).toHaveLength(4);
  });

  it('gives what a digest tells of up with it', async () => {
    const world = new World({ digestWindowMs: 60_000 });
    const ids = await world.record(3);
    await world.deliver(...ids);
    const [window] = world.digestsStarted;
    if (window === undefined) throw new Error('no digest was started');
    const { deliveries } = await world.run(async () => world.activities.gatherDigests(window));
    const [digest = ''] = deliveries;
    world.receive = () => {
      throw fault({ retryable: false });
    };
    await world.failureOf(digest);
    await world.run(async () => world.activities.bury(digest));
    for (const record of await world.ledger.getAll(ids)) {
      expect(record).toMatchObject({ state: 'dead', lastError: expect.stringMatching(/^its digest: .*down/) });
    }
  });

  it('gets what is sent again by hand singly, and at once', async () => {
    const world = new World({ digestWindowMs: 60_000 });
    const [id = ''] = await world.record();
    await world.ledger.bury(id, '2026-01-05T06:00:00.000Z');
    await world.ledger.revive(id);
    await world.redeliver(id);
    expect(world.taken).toHaveLength(1);
  });

  it('costs receivers without such settings no document', async () => {
    const world = new World({ maxPerSecond: 1_000 });
    const ids = await world.record(3);
    await world.deliver(...ids);
    const others: string[] = [];
    for await (const id of world.documents.listIds('')) if (!id.startsWith('delivery:')) others.push(id);
    expect(others).toEqual([]);
  });
});

describe('a receiver that takes long', () => {
  it('is not called by a second worker meanwhile', async () => {
    const [one, other] = workersOfOneLedger();
    let release: () => void = () => {};
    one.receive = async () =>
      new Promise<void>((resolve) => {
        release = resolve;
      });
    const [id = ''] = await one.record();
    expect(await one.deliver(id)).toEqual([{ delivery: id, delivered: false }]);
    expect(await other.failureOf(id)).toMatchObject({ type: 'NotYet' });
    release();
    await until(async () => (await one.ledger.get(id))?.state === 'delivered', 'the first call to end');
    await other.redeliver(id);
    expect(one.taken).toHaveLength(1);
    expect(other.taken).toEqual([]);
    expect(await one.ledger.get(id)).not.toHaveProperty('underWayUntil');
  });

  it('is called by the second worker where the first one died over it, or the clock was set', async () => {
    const [one, other] = workersOfOneLedger();
    const ids = await one.record(2);
    const [dead = '', future = ''] = ids;
    await one.ledger.underWay(dead, 0, new Date(Date.now() - 1).toISOString());
    await one.ledger.underWay(future, 0, new Date(Date.now() + 3_600_000).toISOString());
    for (const id of ids) await other.redeliver(id);
    expect(other.taken).toHaveLength(2);
  });

  it('is not called by a worker that had to wait for its turn when another one has been quicker', async () => {
    const [one, other] = workersOfOneLedger();
    let release: () => void = () => {};
    const busy = new Promise<void>((resolve) => {
      release = resolve;
    });
    one.receive = async () => busy;
    const ids = await one.record(18);
    const [late = '', taken = '', ...first] = ids;
    const calls = first.map(async (id) => one.redeliver(id));
    await until(() => one.taken.length === first.length, 'all places to be taken');
    const waiting = [late, taken].map(async (id) => one.redeliver(id).catch((error: unknown) => error));
    await other.redeliver(late);
    await one.ledger.underWay(taken, 0, new Date(Date.now() + 10_000).toISOString());
    // So long that it must look again, and less than it waits for a place.
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    release();
    await Promise.all(calls);
    expect(await Promise.all(waiting)).toEqual([undefined, expect.objectContaining({ type: 'NotYet' })]);
    expect(one.taken).toHaveLength(first.length);
  });

  it('is not kept for a digest meanwhile by another worker', async () => {
    const documents = new MemoryDocuments();
    const world = new World({ digestWindowMs: 60_000 }, undefined, documents);
    const [id = ''] = await world.record();
    await world.ledger.underWay(id, 0, new Date(Date.now() + 10_000).toISOString());
    expect(await world.failureOf(id)).toMatchObject({ type: 'NotYet' });
    expect(await world.ledger.get(id)).not.toHaveProperty('held');
  });

  it('and then fails is called again after its own pause', async () => {
    const world = new World();
    const [id = ''] = await world.record();
    world.receive = async () => {
      await until(async () => (await world.ledger.get(id))?.underWayUntil !== undefined, 'the call to be noted');
      throw fault();
    };
    expect(await world.failureOf(id)).toMatchObject({ nextRetryDelay: 1_000 });
    expect(await world.ledger.get(id)).not.toHaveProperty('underWayUntil');
    // The note of a call that has failed meanwhile comes too late.
    await world.ledger.underWay(id, 0, new Date(Date.now() + 10_000).toISOString());
    expect(await world.ledger.get(id)).not.toHaveProperty('underWayUntil');
  });
});

describe('a receiver that hangs', () => {
  it('keeps few slots: the others of its deliveries come again later, and none of that counts as an attempt', async () => {
    const world = new World();
    let release: () => void = () => {};
    const hanging = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.receive = async () => hanging;
    const ids = await world.record(60);
    const outcomes = ids.map(async (id) =>
      world.redeliver(id).then(
        () => 'delivered',
        (error: unknown) => (error instanceof ApplicationFailure ? error.type : error),
      ),
    );
    const away = await Promise.all(outcomes.slice(16));
    expect(new Set(away)).toEqual(new Set(['NotYet']));
    release();
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['delivered', 'NotYet']));
    expect(world.taken).toHaveLength(16);
    for (const { attempts } of await world.ledger.getAll(ids)) expect(attempts).toBe(0);
  });
});
