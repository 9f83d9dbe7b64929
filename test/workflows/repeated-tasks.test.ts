import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { CookieActivities, SettleInput } from '../../activities/cookie-activities.ts';
import { createTemporalWorkers } from '../../workers/temporal-workers.ts';
import { cookieWorkflowId } from '../../workflows/client/workflow-ids.ts';
import { TASK_QUEUE, WakeKind, wakeSignal } from '../../workflows/messages.ts';
import { processCookie } from '../../workflows/process-cookie.ts';
import { timeSkippingEnvironment } from '../support/temporal.ts';
import { StandInActivities } from './stand-in-activities.ts';

const WORKFLOWS = new URL('../../workflows/index.ts', import.meta.url).pathname;

/** A jar of one cookie: what it knows, and which job settled what. */
interface Jar {
  knowledge: string;
  readonly settled: Map<string, SettleInput>;
}

/**
 * A wake that comes while the workflow closes makes Temporal throw its last task away and repeat it, together with the
 * new wake. These tests bring that about with each settlement.
 */
describe('processCookie, its last task repeated because of a wake', () => {
  let env: TestWorkflowEnvironment;
  let code: string;

  beforeAll(async () => {
    env = await timeSkippingEnvironment();
    ({ code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS }));
  }, 60_000);

  afterAll(async () => {
    await env.teardown();
  });

  /** Runs one cookie's workflow; `afterSettling` is called within the task that is about to close it. */
  async function run(
    afterSettling: (jar: Jar, wake: (id: string, kind: WakeKind) => Promise<void>) => Promise<void>,
    failed?: string,
  ): Promise<{ jar: Jar; outcome: unknown }> {
    const identifier = `/data/${randomUUID()}`;
    const workflowId = cookieWorkflowId(identifier);
    const jar: Jar = { knowledge: 'first', settled: new Map() };
    const standIn = new StandInActivities({
      judge: ({ job, kind }) => {
        if (jar.settled.has(job)) return { idle: true, doneBefore: failed === undefined ? {} : { failed } };
        const last = [...jar.settled.values()].at(-1);
        if (kind === WakeKind.Enriched && last?.knowledge === jar.knowledge) return { idle: true };
        return {
          knowledge: jar.knowledge,
          ...(failed === undefined ? {} : { nextLoader: 'endless', limits: { rounds: 0, loaderAttempts: 1 } }),
        };
      },
    });
    const cookieActivities: CookieActivities = {
      ...standIn.activities,
      settle: async (inputs) => {
        for (const input of inputs) jar.settled.set(input.job, input);
        await afterSettling(jar, async (id, kind) => {
          await env.client.workflow.getHandle(workflowId).signal(wakeSignal, { id, kind });
        });
      },
    };
    const workers = await createTemporalWorkers({
      connection: env.nativeConnection,
      namespace: env.namespace ?? 'default',
      workflowBundle: { code },
      cookieActivities,
      periodicActivities: { runPeriodic: async () => undefined },
      slots: 10,
    });
    const running = workers.run();
    try {
      const handle = await env.client.workflow.start(processCookie, {
        workflowId,
        taskQueue: TASK_QUEUE,
        args: [{ identifier, wakes: [{ id: 'first-wake', kind: WakeKind.Enriched }] }],
      });
      const outcome = await handle.result().catch((error: unknown) => error);
      return { jar, outcome };
    } finally {
      workers.shutdown();
      await running;
    }
  }

  it('gives what came to be known meanwhile a job of its own', async () => {
    const { jar } = await run(async (known, wake) => {
      if (known.settled.size > 1) return;
      known.knowledge = 'second';
      await wake('second-wake', WakeKind.Enriched);
    });
    expect([...jar.settled].map(([job, { knowledge }]) => [job, knowledge])).toEqual([
      ['first-wake', 'first'],
      ['second-wake', 'second'],
    ]);
  }, 30_000);

  it('loses none of several wakes, whichever closing task they come to', async () => {
    const { jar } = await run(async (known, wake) => {
      const turn = known.settled.size;
      if (turn > 3) return;
      known.knowledge = `knowledge-${turn}`;
      await wake(`enriched-${turn}`, WakeKind.Enriched);
      await wake(`reprocess-${turn}`, WakeKind.Reprocess);
      await wake(`enriched-again-${turn}`, WakeKind.Enriched);
    });
    expect([...jar.settled.values()].at(-1)?.knowledge).toBe('knowledge-3');
    expect([...jar.settled.keys()]).toEqual(expect.arrayContaining(['reprocess-1', 'reprocess-2', 'reprocess-3']));
  }, 30_000);

  it('fails as it would have where the job that it repeats had failed for good', async () => {
    const { jar, outcome } = await run(async (known, wake) => {
      if (known.settled.size === 1) await wake('nothing-new', WakeKind.Enriched);
    }, '0 rounds of enrichment did not come to an end');
    expect([...jar.settled.keys()]).toEqual(['first-wake']);
    expect(outcome).toBeInstanceOf(WorkflowFailedError);
  }, 30_000);
});
