import { join } from 'node:path';

/** The recorded histories. */
export const HISTORIES = join(import.meta.dirname, '..', 'histories');

/** The package. */
export const ROOT = join(import.meta.dirname, '..', '..');

/** The workflow code as it is now. */
export const WORKFLOWS_FOLDER = join(ROOT, 'workflows');
export const WORKFLOWS = join(WORKFLOWS_FOLDER, 'index.ts');
