import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { HISTORIES, WORKFLOWS } from './places.ts';
import { SCENARIOS } from './recorded-scenarios.ts';

const ALTERED = join(import.meta.dirname, 'fixtures', 'altered-workflows.ts');
const RECORDED = readdirSync(HISTORIES).toSorted();

describe('recorded histories', () => {
  it('cover every path', () => {
    const names = new Set(RECORDED.map((file) => basename(file, '.json').replace(/-\d$/, '')));
    expect([...names].toSorted()).toEqual(Object.keys(SCENARIOS).toSorted());
  });

  describe('replayed by the workflow code as it is now', () => {
    let code: string;
    beforeAll(async () => {
      ({ code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS }));
    }, 60_000);

    it.each(RECORDED)(
      'go the same way: %s',
      async (file) => {
        await Worker.runReplayHistory({ workflowBundle: { code } }, await history(file));
      },
      30_000,
    );
  });

  describe('replayed by code that was altered carelessly', () => {
    let code: string;
    beforeAll(async () => {
      ({ code } = await bundleWorkflowCode({ workflowsPath: ALTERED }));
    }, 60_000);

    it.each(['cookie-plain.json', 'cookie-continued-in-a-job-2.json', 'delivery-dead.json', 'periodic-run.json'])(
      'show that it went another way: %s',
      async (file) => {
        const replay = Worker.runReplayHistory({ workflowBundle: { code } }, await history(file));
        await expect(replay).rejects.toThrow(DeterminismViolationError);
      },
      30_000,
    );
  });
});

async function history(file: string): Promise<unknown> {
  return JSON.parse(await readFile(join(HISTORIES, file), 'utf8'));
}
