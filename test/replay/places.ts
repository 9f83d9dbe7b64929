import { join } from 'node:path';

/** The recorded histories. */
export const HISTORIES = join(import.meta.dirname, '..', 'histories');

/** The workflow code as it is now. */
export const WORKFLOWS = join(import.meta.dirname, '..', '..', 'workflows', 'index.ts');
