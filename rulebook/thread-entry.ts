import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PACKAGE_ROOT } from '../bundling/package-root.ts';

/** The compiled entry point of rule threads. */
export const THREAD_ENTRY = pathToFileURL(join(PACKAGE_ROOT, 'dist', 'rulebook', 'evaluation', 'thread.js'));
