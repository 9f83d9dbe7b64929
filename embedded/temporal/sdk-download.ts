/**
 * A process of its own that has Temporal's SDK download its CLI into the folder given as argument. The SDK downloads
 * only when it starts a server, and doing that here keeps its runtime out of the process that asked.
 */
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { messageOf } from '../thrown.ts';
import { TEMPORAL_CLI_WHEEL } from './pinned-wheels.ts';

const [downloadDir = ''] = process.argv.slice(2);

try {
  const executable = { type: 'cached-download', downloadDir, version: `v${TEMPORAL_CLI_WHEEL.version}` } as const;
  const environment = await TestWorkflowEnvironment.createLocal({ server: { executable } });
  await environment.teardown();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
