import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { WorkflowFailedError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode } from '@temporalio/worker';
import { createTemporalWorkers, type TemporalWorkers } from '../../workers/temporal-workers.ts';
import { createRemoteWake } from '../../workflows/client/wake.ts';
import { cookieWorkflowId } from '../../workflows/client/workflow-ids.ts';
import { FailureType, TASK_QUEUE, WakeKind, stateQuery, wakeSignal } from '../../workflows/messages.ts';
import { processCookie } from '../../workflows/process-cookie.ts';
import { timeSkippingEnvironment } from '../support/temporal.ts';
import { type Script, StandInActivities } from './stand-in-activities.ts';

const WORKFLOWS = new URL('../../workflows/index.ts', import.meta.url).pathname;

describe('processCookie', () => {
  let env: TestWorkflowEnvironment;
  let code: string;

  beforeAll(async () => {
    env = await timeSkippingEnvironment();
    ({ code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS }));
  }, 60_000);

  afterAll(async () => {
    await env.teardown();
  });

  /** Runs `test` while workers serve the script; the activities know what was called. */
  async function withScript(script: Script, test: (standIn: StandInActivities) => Promise<void>): Promise<void> {
    const standIn = new StandInActivities(script);
    const workers: TemporalWorkers = await createTemporalWorkers({
      connection: env.nativeConnection,
      namespace: env.namespace ?? 'default',
      workflowBundle: { code },
      cookieActivities: standIn.activities,
      periodicActivities: { runPeriodic: async () => undefined },
      slots: 10,
    });
    const running = workers.run();
    try {
      await test(standIn);
    } finally {
      workers.shutdown();
      await running;
    }
  }

  async function start(kind: WakeKind = WakeKind.Enriched) {
    const identifier = `/data/${randomUUID()}`;
    return env.client.workflow.start(processCookie, {
      workflowId: cookieWorkflowId(identifier),
      taskQueue: TASK_QUEUE,
      args: [{ identifier, wakes: [{ id: 'wake-1', kind }] }],
    });
  }

  it('judges, settles and completes where no rule matches and no loader can enrich', async () => {
    await withScript({}, async (standIn) => {
      await (await start()).result();
      expect(standIn.judged).toHaveLength(1);
      expect(standIn.settled).toEqual([
        expect.objectContaining({ job: 'wake-1', rulebook: 'rulebook-1', knowledge: 'knowledge-1' }),
      ]);
    });
  }, 30_000);

  it('settles nothing where the judgement finds nothing to do', async () => {
    await withScript({ judge: () => ({ idle: true }) }, async (standIn) => {
      await (await start()).result();
      expect(standIn.settled).toEqual([]);
    });
  }, 30_000);

  it('judges again after each enrichment, with the rulebook the job was pinned to', async () => {
    const judge: Script['judge'] = ({ round, rulebook }) => ({
      rulebook: rulebook ?? `rulebook-of-round-${round}`,
      knowledge: `knowledge-${round}`,
      ...(round < 2 ? { nextLoader: `loader-${round}` } : {}),
    });
    await withScript({ judge }, async (standIn) => {
      await (await start()).result();
      expect(standIn.enriched.map(({ loader }) => loader)).toEqual(['loader-0', 'loader-1']);
      expect(standIn.judged.map(({ rulebook }) => rulebook)).toEqual([
        undefined,
        'rulebook-of-round-0',
        'rulebook-of-round-0',
      ]);
      expect(standIn.settled).toEqual([expect.objectContaining({ knowledge: 'knowledge-2' })]);
    });
  }, 30_000);

  it('repeats a failing loader as often as configured, then passes it over and asks for the next', async () => {
    const script: Script = {
      judge: ({ passedOver }) => (passedOver.length === 0 ? { nextLoader: 'broken' } : {}),
      enrich: () => {
        throw ApplicationFailure.nonRetryable('no such host', FailureType.UserCode);
      },
    };
    await withScript(script, async (standIn) => {
      await (await start()).result();
      expect(standIn.enriched).toHaveLength(3);
      expect(standIn.judged.at(-1)?.passedOver).toEqual([{ loader: 'broken', message: 'no such host', round: 1 }]);
      expect(standIn.jobs).toEqual(['wake-1']);
    });
  }, 30_000);

  it('fails for good after the configured rounds, naming the loader, and settles with the reason', async () => {
    await withScript({ judge: () => ({ nextLoader: 'insatiable' }) }, async (standIn) => {
      const failure = await (await start()).result().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(WorkflowFailedError);
      expect((failure as WorkflowFailedError).cause).toMatchObject({ type: FailureType.JobFailed });
      expect(standIn.enriched).toHaveLength(5);
      expect(standIn.settled).toEqual([expect.objectContaining({ failed: expect.stringContaining('"insatiable"') })]);
    });
  }, 30_000);

  it('goes on as a regular activity where a local one answers "go on slowly"', async () => {
    let calls = 0;
    await withScript({ judge: () => (++calls === 1 ? 'slow' : {}) }, async (standIn) => {
      await (await start()).result();
      expect(standIn.judged).toHaveLength(2);
      expect(standIn.jobs).toEqual(['wake-1']);
    });
  }, 30_000);

  it('ends a job whose cookie was deleted while a loader ran', async () => {
    await withScript({ judge: () => ({ nextLoader: 'any' }), enrich: () => ({ gone: true }) }, async (standIn) => {
      await (await start()).result();
      expect(standIn.settled).toEqual([]);
    });
  }, 30_000);

  it('settles without waiting for a receiver in trouble, which gets its repeats elsewhere', async () => {
    let attempts = 0;
    const script: Script = {
      judge: () => ({ deliveries: ['good', 'bad'] }),
      deliver: (delivery) => delivery === 'good',
      redeliver: () => {
        attempts++;
        if (attempts < 3) throw new Error('receiver is down');
      },
    };
    await withScript(script, async (standIn) => {
      await (await start()).result();
      expect(standIn.jobs).toEqual(['wake-1']);
      await env.client.workflow.getHandle('delivery:bad').result();
      expect(standIn.redelivered).toEqual(['bad', 'bad', 'bad']);
      expect(standIn.buried).toEqual([]);
    });
  }, 30_000);

  it('buries a delivery that fails for good', async () => {
    let attempts = 0;
    const script: Script = {
      judge: () => ({ deliveries: ['hopeless'] }),
      deliver: () => false,
      redeliver: () => {
        attempts++;
        throw ApplicationFailure.create({ message: 'receiver is gone', nonRetryable: attempts === 3 });
      },
    };
    await withScript(script, async (standIn) => {
      await (await start()).result();
      expect(await env.client.workflow.getHandle('delivery:hopeless').result()).toBe('dead');
      expect(standIn.redelivered).toHaveLength(3);
      expect(standIn.buried).toEqual(['hopeless']);
    });
  }, 30_000);

  it('loses no wake that comes during a job, and gives each reprocess wake a job of its own', async () => {
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const script: Script = {
      judge: async ({ job }) => {
        if (job === 'wake-1') await released;
        return {};
      },
    };
    await withScript(script, async (standIn) => {
      const handle = await start();
      await handle.signal(wakeSignal, { id: 'e2', kind: WakeKind.Enriched });
      await handle.signal(wakeSignal, { id: 'r1', kind: WakeKind.Reprocess });
      await handle.signal(wakeSignal, { id: 'e3', kind: WakeKind.Enriched });
      await handle.signal(wakeSignal, { id: 'r2', kind: WakeKind.Reprocess });
      release();
      await handle.result();
      // The enriched ones may be served by the first job: one that began again when they had come, on its repetition.
      expect([...new Set(standIn.jobs)].filter((job) => job !== 'e2').toSorted()).toEqual(['r1', 'r2', 'wake-1']);
      const signalled = standIn.judged.findIndex(({ job }) => job !== 'wake-1');
      expect(standIn.judged.slice(signalled).length).toBeGreaterThanOrEqual(2);
    });
  }, 30_000);

  it('takes the wake that a signal brings with the start', async () => {
    await withScript({}, async (standIn) => {
      const identifier = `/data/${randomUUID()}`;
      await createRemoteWake(env.client)(identifier, WakeKind.Reprocess);
      await env.client.workflow.getHandle(cookieWorkflowId(identifier)).result();
      expect(standIn.judged).toEqual([expect.objectContaining({ identifier, kind: WakeKind.Reprocess })]);
    });
  }, 30_000);

  it('tells by query what it does', async () => {
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const script: Script = {
      judge: ({ round }) => (round === 0 ? { matched: ['a-rule'], nextLoader: 'slow-loader' } : {}),
      enrich: async () => {
        await released;
        return {};
      },
    };
    let calls = 0;
    const enrich: Script['enrich'] = (input) => (++calls === 1 ? 'slow' : (script.enrich?.(input) ?? {}));
    await withScript({ ...script, enrich }, async (standIn) => {
      const handle = await start();
      while (standIn.enriched.length < 2) await new Promise(setImmediate);
      expect(await handle.query(stateQuery)).toMatchObject({
        job: 'wake-1',
        rulebook: 'rulebook-1',
        matched: ['a-rule'],
        doing: 'enriching with loader slow-loader',
      });
      release();
      await handle.result();
    });
  }, 30_000);

  describe('a loader that goes round in circles', () => {
    const asking =
      (...loaders: string[]): NonNullable<Script['judge']> =>
      ({ round, passedOver }) => {
        const left = loaders.filter((loader) => !passedOver.some((each) => each.loader === loader));
        const nextLoader = left[round % Math.max(1, left.length)];
        return { ...(nextLoader === undefined ? {} : { nextLoader }), limits: { rounds: 20, loaderAttempts: 3 } };
      };

    it('is passed over where it can still enrich after it brought what was there already', async () => {
      const script: Script = { judge: asking('idle'), enrich: () => ({ brought: 'x', stored: false }) };
      await withScript(script, async (standIn) => {
        await (await start()).result();
        expect(standIn.enriched).toHaveLength(1);
        expect(standIn.judged.at(-1)?.passedOver).toEqual([
          { loader: 'idle', message: expect.stringContaining("loader 'idle' brought the same again"), round: 2 },
        ]);
        expect(standIn.settled).toEqual([expect.not.objectContaining({ failed: expect.anything() })]);
      });
    }, 30_000);

    it('is no trouble where it cannot enrich any more', async () => {
      const script: Script = {
        judge: ({ round }) => (round === 0 ? { nextLoader: 'once' } : {}),
        enrich: () => ({ brought: 'x', stored: false }),
      };
      await withScript(script, async (standIn) => {
        await (await start()).result();
        expect(standIn.judged.at(-1)?.passedOver).toEqual([]);
      });
    }, 30_000);

    it('is asked again where the cookie knows more since it brought nothing new', async () => {
      const script: Script = {
        judge: ({ round }) => ({
          knowledge: `knowledge-${round}`,
          ...(round < 3 ? { nextLoader: 'patient' } : {}),
        }),
        enrich: ({ round }) => ({ brought: `x${round}`, stored: round === 2 }),
      };
      await withScript(script, async (standIn) => {
        await (await start()).result();
        expect(standIn.enriched).toHaveLength(3);
        expect(standIn.judged.at(-1)?.passedOver).toEqual([]);
      });
    }, 30_000);

    it('is passed over where it alternates between two things', async () => {
      const script: Script = {
        judge: ({ round, passedOver }) => ({
          knowledge: `knowledge-${round}`,
          ...(passedOver.length === 0 ? { nextLoader: 'wavering' } : {}),
          limits: { rounds: 20, loaderAttempts: 3 },
        }),
        enrich: ({ round }) => ({ brought: round % 2 === 0 ? 'x' : 'y', stored: true }),
      };
      await withScript(script, async (standIn) => {
        await (await start()).result();
        expect(standIn.enriched).toHaveLength(3);
        expect(standIn.judged.at(-1)?.passedOver).toMatchObject([{ loader: 'wavering' }]);
      });
    }, 30_000);

    it('is passed over where two keep each other going with the same things', async () => {
      const script: Script = {
        judge: asking('ping', 'pong'),
        enrich: ({ loader, round }) => ({ brought: loader, stored: round < 2 }),
      };
      await withScript(script, async (standIn) => {
        await (await start()).result();
        expect(standIn.enriched.length).toBeLessThanOrEqual(6);
        expect(
          standIn.judged
            .at(-1)
            ?.passedOver.map(({ loader }) => loader)
            .toSorted(),
        ).toEqual(['ping', 'pong']);
        expect(standIn.settled).toEqual([expect.not.objectContaining({ failed: expect.anything() })]);
      });
    }, 30_000);

    it('fails at the limit of rounds where it brings something else each time, naming who was involved', async () => {
      const script: Script = {
        judge: asking('ping', 'pong'),
        enrich: ({ round }) => ({ brought: `x${round}`, stored: true }),
      };
      await withScript(script, async (standIn) => {
        await expect((await start()).result()).rejects.toThrow(WorkflowFailedError);
        expect(standIn.settled).toMatchObject([
          { failed: expect.stringMatching(/^20 rounds .*loader "ping" could .*"ping" 10 times, "pong" 10 times$/) },
        ]);
      });
    }, 30_000);
  });

  describe('a cookie that can never be judged, enriched or settled', () => {
    const stuck = (knowledge?: string) => {
      throw ApplicationFailure.create({
        message: 'the document is damaged',
        type: FailureType.CookieStuck,
        nonRetryable: true,
        details: knowledge === undefined ? [] : [knowledge],
      });
    };
    const cases: [string, Script, string | undefined][] = [
      ['judging', { judge: () => stuck('k1') }, 'k1'],
      ['judging, its document unreadable', { judge: () => stuck() }, undefined],
      ['enriching', { judge: () => ({ nextLoader: 'one' }), enrich: () => stuck('k2') }, 'k2'],
      ['settling', { settle: () => stuck('k3') }, 'k3'],
    ];

    it.each(cases)(
      'is parked at once, with the reason: %s',
      async (_name, script, knowledge) => {
        await withScript(script, async (standIn) => {
          const failure: unknown = await (await start()).result().catch((error: unknown) => error);
          expect(failure).toMatchObject({
            cause: expect.objectContaining({ message: 'the document is damaged', type: FailureType.JobFailed }),
          });
          expect(standIn.parked).toHaveLength(1);
          expect(standIn.parked[0]).toMatchObject({
            job: 'wake-1',
            reason: 'the document is damaged',
            ...(knowledge === undefined ? {} : { knowledge }),
          });
          expect(standIn.settled).toEqual([]);
        });
      },
      30_000,
    );

    it('serves the wake that came meanwhile, and completes where that job succeeds', async () => {
      let begun = (): void => {};
      const beginning = new Promise<void>((resolve) => (begun = resolve));
      let go = (): void => {};
      const going = new Promise<void>((resolve) => (go = resolve));
      let calls = 0;
      const script: Script = {
        judge: async ({ job }) => {
          if (job !== 'wake-1') return {};
          // Not within a workflow task, which the signal would have repeated.
          if (++calls === 1) return 'slow';
          begun();
          await going;
          return stuck('k1');
        },
      };
      await withScript(script, async (standIn) => {
        const handle = await start();
        await beginning;
        await handle.signal(wakeSignal, { id: 'wake-2', kind: WakeKind.Enriched });
        go();
        await handle.result();
        expect(standIn.parked[0]).toMatchObject({ job: 'wake-1' });
        expect(standIn.jobs).toEqual(['wake-2']);
      });
    }, 30_000);
  });
});
