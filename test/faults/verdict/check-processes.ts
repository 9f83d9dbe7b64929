import type { World } from '../world/world.ts';
import type { Findings } from './findings.ts';
import type { Sight } from './sight.ts';

/** What a log says of a process that lost control. */
const OUT_OF_CONTROL = /uncaught|unhandled|TMPRL1100|nondeterminis|heap out of memory|panicked|MaxListenersExceeded/i;
/** Processes that start while a server is away say so and end; their supervisor starts them again. */
const SAID_WHY = /cannot be reached|could not be reached|did not answer|not reachable|ECONNREFUSED|unavailable/i;
const MOST_MIB = 1_500;
const KIB = 1_024;
/** Ended by the deletion of their cookie, or by a new start of their delivery. */
const ENDED_ON_PURPOSE = new Set(['RUNNING', 'COMPLETED', 'TERMINATED', 'CONTINUED_AS_NEW']);

/** No process lost control, memory stayed in bounds, and no workflow failed or is left. */
export function checkProcesses(world: World, sight: Sight, findings: Findings): void {
  for (const kept of world.processes.values()) {
    if (kept.name !== 'temporal') {
      const line = kept.log.split('\n').find((text) => OUT_OF_CONTROL.test(text));
      findings.expect(line === undefined, () => `${kept.name} logged: ${line?.slice(0, 600)}`);
    }
    for (const death of kept.deaths) {
      findings.expect(SAID_WHY.test(death.lastWords), () => `${kept.name} ended by itself: ${JSON.stringify(death)}`);
    }
    for (const { code, tookMs } of kept.ends) {
      findings.expect(code === 0, () => `${kept.name} ended with ${code} after SIGTERM, in ${tookMs} ms`);
    }
    const mib = Math.round(kept.peakKib / KIB);
    findings.expect(mib < MOST_MIB, () => `${kept.name} held ${mib} MiB`);
  }
  for (const { id, type, status } of sight.workflows) {
    if (type.startsWith('temporal-sys') || ENDED_ON_PURPOSE.has(status)) continue;
    findings.violations.push(`the workflow ${id} (${type}) is ${status}`);
  }
}
