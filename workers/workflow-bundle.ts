import { join } from 'node:path';
import type { WorkflowBundleOption } from '@temporalio/worker';
import { PACKAGE_ROOT } from '../bundling/package-root.ts';

/** The bundle that building the package makes, wherever this module runs from. */
export const WORKFLOW_BUNDLE: WorkflowBundleOption = { codePath: join(PACKAGE_ROOT, 'dist', 'workflow-bundle.js') };
