import { bundleWorkflowCode } from '@temporalio/worker';
import { createTemporalWorkers, type TemporalWorkers } from '../../workers/temporal-workers.ts';
import { TASK_QUEUE, type Wake, wakeSignal, WorkflowType } from '../../workflows/messages.ts';
import { WORKFLOWS } from '../replay/places.ts';
import { until } from '../support/ground.ts';
import { type TestNamespace, testNamespace } from '../support/temporal.ts';
import { StandInActivities } from '../workflows/stand-in-activities.ts';

const DEPLOYMENT = 'cookie-monster';

let temporal: TestNamespace;
let code: string;

beforeAll(async () => {
  temporal = await testNamespace();
  ({ code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS }));
}, 120_000);

afterAll(async () => temporal.close());

async function startBuild(buildId: string, standIn: StandInActivities): Promise<{ stop(): Promise<void> }> {
  const workers: TemporalWorkers = await createTemporalWorkers({
    connection: await temporal.nativeConnection(),
    namespace: temporal.namespace,
    workflowBundle: { code },
    cookieActivities: standIn.activities,
    periodicActivities: { runPeriodic: async () => undefined },
    slots: 10,
    build: { deploymentName: DEPLOYMENT, buildId },
  });
  const running = workers.run();
  return {
    stop: async () => {
      workers.shutdown();
      await running;
    },
  };
}

/** Tasks go to this build from now on; it must have been seen by the server. */
async function makeCurrent(buildId: string): Promise<void> {
  await until(async () => {
    try {
      await temporal.connection.workflowService.setWorkerDeploymentCurrentVersion({
        namespace: temporal.namespace,
        deploymentName: DEPLOYMENT,
        buildId,
        ignoreMissingTaskQueues: true,
      });
      return true;
    } catch {
      return false;
    }
  }, `build ${buildId} to become the current one`);
}

async function begin(name: string): Promise<void> {
  const wake: Wake = { id: `${name}-1`, kind: 'enriched' };
  const args = [{ identifier: `/${name}`, wakes: [wake] }];
  await temporal.client().workflow.start(WorkflowType.ProcessCookie, { workflowId: name, taskQueue: TASK_QUEUE, args });
}

describe('workers that belong to builds', () => {
  it('get tasks once their build is the current one, and take over what an older build began', async () => {
    let isReleased = false;
    const one = new StandInActivities({
      judge: async ({ identifier }) => {
        await until(() => identifier !== '/long' || isReleased, 'the long one to go on');
        return {};
      },
    });
    const two = new StandInActivities();
    const first = await startBuild('1', one);
    await makeCurrent('1');
    await begin('short');
    await temporal.client().workflow.getHandle('short').result();
    await begin('long');
    await until(() => one.judged.some(({ identifier }) => identifier === '/long'), 'build 1 to begin the long one');

    const second = await startBuild('2', two);
    await makeCurrent('2');
    await begin('new');
    await temporal.client().workflow.getHandle('new').result();
    const long = temporal.client().workflow.getHandle('long');
    await long.signal(wakeSignal, { id: 'again', kind: 'reprocess' });
    isReleased = true;
    await first.stop();
    await long.result();
    await second.stop();

    expect(one.judged.map(({ identifier }) => identifier)).toEqual(expect.arrayContaining(['/short', '/long']));
    expect(one.judged.map(({ identifier }) => identifier)).not.toContain('/new');
    expect(two.jobs).toEqual(expect.arrayContaining(['new-1', 'again']));
  }, 120_000);
});
