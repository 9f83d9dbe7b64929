import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { CHANGES, type Change } from './changes.ts';
import { HISTORIES, ROOT, WORKFLOWS_FOLDER } from './places.ts';

let scratch: string;

beforeAll(async () => {
  // Within the package, where its dependencies are found.
  await mkdir(join(ROOT, '.cookie-monster'), { recursive: true });
  scratch = await mkdtemp(join(ROOT, '.cookie-monster', 'changed-workflows-'));
});

afterAll(async () => rm(scratch, { recursive: true, force: true }));

/** Bundles a copy of the workflow code with one change made to it. */
async function bundleChanged(name: string, { file, from, to }: Change): Promise<string> {
  const folder = join(scratch, name.replaceAll(/\W+/g, '-'));
  await cp(WORKFLOWS_FOLDER, folder, { recursive: true });
  const text = await readFile(join(folder, file), 'utf8');
  const parts = text.split(from);
  if (parts.length !== 2)
    throw new Error(`${file} has ${parts.length - 1} times what is to be changed, not once: ${from}`);
  await writeFile(join(folder, file), `import * as temporal from '@temporalio/workflow';\n${parts.join(to)}`);
  const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, log() {} };
  const { code } = await bundleWorkflowCode({ workflowsPath: join(folder, 'index.ts'), logger: quiet });
  return code;
}

async function replay(code: string, history: string): Promise<void> {
  await Worker.runReplayHistory(
    { workflowBundle: { code } },
    JSON.parse(await readFile(join(HISTORIES, `${history}.json`), 'utf8')),
  );
}

describe('a change of workflow code', () => {
  it.each(Object.entries(CHANGES).filter(([, { isCompatible }]) => isCompatible !== true))(
    'does not pass unnoticed: %s',
    async (name, change) => {
      const code = await bundleChanged(name, change);
      for (const history of change.histories) {
        await expect(replay(code, history)).rejects.toThrow(DeterminismViolationError);
      }
    },
    120_000,
  );

  it.each(Object.entries(CHANGES).filter(([, { isCompatible }]) => isCompatible === true))(
    'may be made: %s',
    async (name, change) => {
      const code = await bundleChanged(name, change);
      for (const history of change.histories) await expect(replay(code, history)).resolves.toBeUndefined();
    },
    120_000,
  );
});
