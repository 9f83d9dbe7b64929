import { setFlagsFromString } from 'node:v8';

/**
 * Lets threads have limits of memory of their own though the process was started with `--max-old-space-size`, by
 * `NODE_OPTIONS` say. What that gave the process it keeps; left set, V8 would give as much to each thread of users' code,
 * whatever its limit. Threads without a limit, which are Temporal's for workflows, get what Node gives by itself.
 */
export function keepThreadLimits(): void {
  setFlagsFromString('--max-old-space-size=0');
}
