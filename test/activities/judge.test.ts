import type { CookieActivityDependencies } from '../../activities/dependencies.ts';
import type { JudgeInput } from '../../activities/cookie-activities.ts';
import { judgeCookie } from '../../activities/judge.ts';
import { Tally } from '../../activities/tally.ts';
import { BiscuitTin } from '../../cookiejar/biscuit-tin.ts';
import type { CookieJar } from '../../cookiejar/cookie-jar.ts';
import { notificationId } from '../../deliveries/delivery-ids.ts';
import { Ledger } from '../../deliveries/ledger.ts';
import type { Evaluator, Judgement, JudgementRequest } from '../../rulebook/evaluator.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';

const PATH = '/data/judged';
const AT = '2026-01-05T06:00:00.000Z';

/** A jar in memory, and rules that each test writes as a function of what they are asked. */
class World {
  readonly documents = new MemoryDocuments();
  readonly jar: CookieJar = new BiscuitTin(this.documents);
  readonly ledger = new Ledger(this.documents);
  readonly startedDeliveries: string[] = [];
  readonly asked: JudgementRequest[] = [];
  rulebook = 'book-1';
  rules: (request: JudgementRequest) => Partial<Judgement> = () => ({});

  async learn(second: number, source = 'seen'): Promise<void> {
    const timestamp = new Date(Date.UTC(2026, 0, 5, 6, 0, second)).toISOString();
    await this.jar.enrich([{ identifier: PATH, enrichments: [{ source, timestamp, metadata: { second } }] }]);
  }

  async judge(input: Partial<JudgeInput> = {}, replaced: Partial<CookieActivityDependencies> = {}) {
    const opened = await this.#opened();
    const step: JudgeInput = {
      identifier: PATH,
      job: 'job-1',
      kind: 'enriched',
      round: 0,
      passedOver: [],
      at: AT,
      ...input,
    };
    return judgeCookie({ ...this.#dependencies(), ...replaced }, opened, step);
  }

  async settle(job: string, failed?: string): Promise<void> {
    const { knowledge } = await this.#opened();
    await this.jar.settle(PATH, { job, knowledge, rulebook: this.rulebook, at: AT, ...(failed && { failed }) });
  }

  async applications() {
    return (await this.#opened()).cookie.enrichments.fromSource('rule_application').map(({ metadata }) => metadata);
  }

  async deliveries() {
    const all: { readonly data: unknown; readonly state: string; readonly rulebook: string; readonly at: string }[] =
      [];
    for await (const { notification, state, rulebook } of this.ledger.all()) {
      all.push({ data: notification.data, state, rulebook, at: notification.at });
    }
    return all;
  }

  async #opened() {
    const [opened] = await this.jar.open([PATH]);
    if (opened === undefined) throw new Error('the jar opened nothing');
    return opened;
  }

  #dependencies(): CookieActivityDependencies {
    return {
      jar: this.jar,
      ledger: this.ledger,
      evaluator: { judge: async (request) => this.#judgement(request) } satisfies Partial<Evaluator> as Evaluator,
      currentRulebook: async () => this.rulebook,
      limits: { rounds: 100, loaderAttempts: 5 },
      deliveryPolicy: { attempts: 20, backoffMs: 1_000, maximumIntervalMs: 60_000 },
      startDelivery: async (delivery) => {
        this.startedDeliveries.push(delivery);
      },
      wake: async () => {},
      tally: new Tally(),
      log: { warn: () => {} },
    };
  }

  #judgement(request: JudgementRequest): Judgement {
    this.asked.push(request);
    return { applied: [], notifications: [], stopped: false, problems: [], ...this.rules(request) };
  }
}

/** One of which a method fails, as if the process had been killed there. */
function failing<Kind extends object>(whole: Kind, method: keyof Kind): Kind {
  const killed = async () => {
    throw new Error('killed');
  };
  return Object.assign(Object.create(whole) as Kind, { [method]: killed });
}

/** A jar that says when a method is reached, and goes on with it when it is told to. */
function stopBefore(whole: CookieJar, method: 'recordJudgement') {
  let goOn = () => {};
  const stopped = new Promise<void>((resolve) => (goOn = resolve));
  let arrive = () => {};
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  const jar = Object.assign(Object.create(whole) as CookieJar, {
    [method]: async (...record: Parameters<CookieJar['recordJudgement']>) => {
      arrive();
      await stopped;
      return whole[method](...record);
    },
  });
  return { jar, reached, goOn };
}

/** One rule that matched and notifies one receiver. */
function matched({ job, at }: JudgementRequest, data: string | number = PATH, receiver = 'everyone') {
  const id = notificationId(job, 'rule', 'news', data);
  const notification = { id, about: 'news', data, sender: 'rule', identifier: PATH, at };
  return {
    applied: [{ rule: 'rule', terminate: false }],
    notifications: [{ notification, receivers: [receiver] }],
  };
}

describe('judgeCookie', () => {
  it('stores what the rules did, and names the deliveries that wait', async () => {
    const world = new World();
    await world.learn(0);
    world.rules = (request) => ({ ...matched(request), nextLoader: 'deeper' });
    const result = await world.judge();
    expect(result).toMatchObject({ rulebook: 'book-1', known: true, matched: ['rule'], nextLoader: 'deeper' });
    expect(result.deliveries).toHaveLength(1);
    expect(await world.applications()).toEqual([
      { rule_id: 'rule', terminated_processing: false, rulebook: 'book-1', job: 'job-1' },
    ]);
  });

  it('stores nothing twice where it is repeated, and keeps the first time stamp', async () => {
    const world = new World();
    await world.learn(0);
    world.rules = matched;
    const first = await world.judge();
    const again = await world.judge({ at: '2026-01-05T07:00:00.000Z' });
    expect(again.deliveries).toEqual(first.deliveries);
    expect(await world.applications()).toHaveLength(1);
    expect(await world.deliveries()).toEqual([{ data: PATH, state: 'waiting', rulebook: 'book-1', at: AT }]);
  });

  it('does not name a delivery that was made', async () => {
    const world = new World();
    await world.learn(0);
    world.rules = matched;
    const { deliveries } = await world.judge();
    await world.ledger.delivered(deliveries[0] ?? '', AT);
    expect((await world.judge()).deliveries).toEqual([]);
  });

  it('goes on with the pinned rulebook where it is repeated after another came into force', async () => {
    const world = new World();
    await world.learn(0);
    world.rules = matched;
    await world.judge();
    world.rulebook = 'book-2';
    expect((await world.judge()).rulebook).toBe('book-1');
    expect((await world.judge({ job: 'job-2', kind: 'reprocess' })).rulebook).toBe('book-2');
  });

  it('leaves no delivery behind that a repetition by a newer rulebook would not know of', async () => {
    const world = new World();
    await world.learn(0);
    world.rules = (request) => (request.rulebook === 'book-1' ? matched(request) : {});
    const jar = failing(world.jar, 'recordJudgement');
    await expect(world.judge({}, { jar })).rejects.toThrow('killed');
    world.rulebook = 'book-2';
    await world.judge();
    expect(await world.deliveries()).toEqual([]);
  });

  it('goes by the version that another process judged by meanwhile, in the same job', async () => {
    const world = new World();
    await world.learn(0);
    const other = { pin: { job: 'job-1', rulebook: 'book-0' }, applications: [], problems: [] };
    world.rules = (request) => matched(request, request.rulebook);
    const jar = Object.assign(Object.create(world.jar) as CookieJar, {
      open: async (identifiers: string[]) => world.jar.open(identifiers),
      recordJudgement: async (...record: Parameters<CookieJar['recordJudgement']>) => {
        await world.jar.recordJudgement(PATH, other);
        return world.jar.recordJudgement(...record);
      },
    });
    expect((await world.judge({}, { jar })).rulebook).toBe('book-0');
    expect(await world.applications()).toMatchObject([{ rulebook: 'book-0' }]);
    expect(await world.deliveries()).toMatchObject([{ data: 'book-0' }]);
  });

  it('has delivered what it put on record of a cookie that was deleted meanwhile: its job is ended', async () => {
    const world = new World();
    await world.learn(0);
    world.rules = (request) => matched(request);
    const jar = Object.assign(Object.create(world.jar) as CookieJar, {
      recordJudgement: async (...record: Parameters<CookieJar['recordJudgement']>) => {
        await world.jar.delete(PATH);
        return world.jar.recordJudgement(...record);
      },
    });
    const { deliveries } = await world.judge({}, { jar });
    expect(deliveries).toHaveLength(1);
    expect(world.startedDeliveries).toEqual(deliveries);
  });

  it('names what was recorded before a crash, though the cookie has changed and its rules notify otherwise', async () => {
    const world = new World();
    await world.learn(1);
    world.rules = (request) => matched(request, request.cookie.enrichments.fromSource('seen').length);
    const before = await world.judge();
    await world.learn(2);
    const repeated = await world.judge();
    expect(repeated.deliveries).toHaveLength(2);
    expect(repeated.deliveries).toEqual(expect.arrayContaining([...before.deliveries]));
    expect((await world.judge({ job: 'job-2', kind: 'reprocess' })).deliveries).toHaveLength(1);
  });

  for (const round of [0, 2]) {
    it(`puts on record what a judgement killed before that had notified, though the cookie has changed: round ${round}`, async () => {
      const world = new World();
      await world.learn(1);
      world.rules = matched;
      if (round > 0) await world.judge();
      const later = round > 0 ? { rulebook: 'book-1', round } : {};
      await world.learn(2);
      // By what one application is that there is, too: it must not see its own.
      const newsOf = ({ cookie }: JudgementRequest) => {
        const { length } = cookie.enrichments.fromSource('seen');
        return `${length} and ${cookie.enrichments.fromSource('rule_application').length}`;
      };
      world.rules = (request) => {
        const news = newsOf(request);
        const [application] = matched(request).applied;
        return { ...matched(request, news), applied: application ? [{ ...application, rule: news }] : [] };
      };
      const ledger = failing(world.ledger, 'record');
      await expect(world.judge(later, { ledger })).rejects.toThrow('killed');
      await world.learn(3);
      const lost = `2 and ${round > 0 ? 1 : 0}`;
      const { deliveries } = await world.judge(later);
      expect((await world.deliveries()).map(({ data }) => data)).toContain(lost);
      const waiting = await Promise.all(deliveries.map(async (id) => world.ledger.get(id)));
      expect(waiting.map((one) => one?.notification.data)).toContain(lost);
    });
  }

  for (const round of [0, 2]) {
    it(`loses nothing of one that was slow and then killed, beside one that saw more: round ${round}`, async () => {
      const world = new World();
      await world.learn(1);
      world.rules = matched;
      if (round > 0) await world.judge();
      const later = round > 0 ? { rulebook: 'book-1', round } : {};
      world.rules = (request) => {
        const news = request.cookie.enrichments.fromSource('seen').length;
        return { ...matched(request, news), applied: [{ rule: `saw ${news}`, terminate: false }] };
      };
      const { jar, reached, goOn } = stopBefore(world.jar, 'recordJudgement');
      const ledger = failing(world.ledger, 'record');
      const slow = world.judge(later, { jar, ledger }).catch(() => {});
      await reached;
      await world.learn(2);
      await world.judge(later);
      goOn();
      await slow;
      await world.judge(later);
      const applied = (await world.applications()).map(({ rule_id }) => rule_id).filter((rule) => rule !== 'rule');
      const told = (await world.deliveries()).map(({ data }) => `saw ${String(data)}`);
      expect(applied).toContain('saw 2');
      for (const rule of applied) expect(told).toContain(rule);
    });
  }

  it('tells nothing of the earlier judgement that left no trace: its rules go by more than the cookie', async () => {
    const world = new World();
    await world.learn(1);
    let calls = 0;
    world.rules = (request) => {
      calls += 1;
      return { ...matched(request, calls), applied: [{ rule: `call ${calls}`, terminate: false }] };
    };
    await world.judge();
    await world.learn(2);
    await world.judge();
    expect((await world.deliveries()).map(({ data }) => data)).toEqual(expect.arrayContaining([1, 3]));
    expect(await world.deliveries()).toHaveLength(2);
  });

  it('names that, too, in a later round, of which its workflow knows no more than that it was to come', async () => {
    const world = new World();
    await world.learn(0);
    world.rules = matched;
    const { rulebook } = await world.judge();
    const later = { rulebook, round: 2 };
    await world.learn(1);
    world.rules = (request) => ({ ...matched(request, 'before the crash'), applied: [] });
    const [lost = ''] = (await world.judge(later)).deliveries;
    await world.learn(2);
    world.rules = (request) => ({ ...matched(request, 'after the crash'), applied: [] });
    const repeated = await world.judge(later);
    expect(repeated.deliveries).toContain(lost);
    expect(await world.deliveries()).toHaveLength(3);
  });

  it('pins a job by what it notifies even where no rule was applied', async () => {
    const world = new World();
    await world.learn(0);
    world.rules = (request) => ({ ...matched(request), applied: [] });
    await world.judge();
    world.rulebook = 'book-2';
    expect((await world.judge()).rulebook).toBe('book-1');
  });

  it('has nothing to do for an enrichment that brought nothing new, or whose cookie is unknown', async () => {
    const world = new World();
    expect(await world.judge()).toMatchObject({ idle: true, known: false });
    await world.learn(0);
    await world.settle('job-0');
    expect(await world.judge()).toMatchObject({ idle: true });
    expect(await world.judge({ kind: 'reprocess' })).not.toHaveProperty('idle');
    expect(world.asked).toHaveLength(1);
  });

  it('does not begin a job again that was settled, but says that it was, and how it failed', async () => {
    const world = new World();
    await world.learn(0);
    await world.settle('job-1', 'too many rounds');
    await world.learn(1);
    expect(await world.judge()).toMatchObject({ idle: true, doneBefore: { failed: 'too many rounds' } });
    expect(await world.judge({ job: 'job-2' })).not.toHaveProperty('idle');
  });

  it('knows a job that was settled before the one that settled last', async () => {
    const world = new World();
    world.rules = matched;
    for (const [second, job] of ['job-1', 'job-2'].entries()) {
      await world.learn(second);
      await world.judge({ job });
      await world.settle(job);
    }
    await world.learn(2);
    expect(await world.judge({ job: 'job-1' })).toMatchObject({ idle: true, doneBefore: {} });
  });

  it('goes on with a job that has begun though what it knows was settled meanwhile', async () => {
    const world = new World();
    await world.learn(0);
    world.rules = matched;
    await world.judge();
    await world.settle('another');
    expect(await world.judge()).not.toHaveProperty('idle');
  });

  it('ends a job whose cookie is gone since it began', async () => {
    const world = new World();
    expect(await world.judge({ known: true, rulebook: 'book-1', kind: 'reprocess' })).toMatchObject({ idle: true });
    expect(world.asked).toEqual([]);
  });

  it('leaves no trace on an unknown cookie that is judged on request', async () => {
    const world = new World();
    world.rules = matched;
    const result = await world.judge({ kind: 'reprocess' });
    expect(result).toMatchObject({ known: false, matched: ['rule'] });
    expect(result.deliveries).toHaveLength(1);
    expect(await world.jar.fetch(PATH)).toBeUndefined();
  });

  it('tells the rules which loaders were passed over, and keeps why on the cookie', async () => {
    const world = new World();
    await world.learn(0);
    await world.judge({ rulebook: 'book-1', round: 1, passedOver: [{ loader: 'broken', message: 'no such host' }] });
    expect(world.asked[0]?.passedOver).toEqual(['broken']);
    const [document] = [...(await world.documents.read([`cookie:${PATH}`])).values()];
    expect(document?.['problems']).toEqual([
      expect.objectContaining({ kind: 'loader', id: 'broken', message: 'no such host', job: 'job-1' }),
    ]);
  });

  it('starts deliveries itself that are too many to name', async () => {
    const world = new World();
    await world.learn(0);
    world.rules = (request) => ({
      notifications: Array.from({ length: 130 }, (_, data) => matched(request, data).notifications).flat(),
    });
    const { deliveries } = await world.judge();
    expect(deliveries).toHaveLength(100);
    expect(new Set([...deliveries, ...world.startedDeliveries]).size).toBe(130);
  });
});
