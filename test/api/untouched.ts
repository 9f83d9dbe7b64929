import type { ApiDependencies } from '../../api/dependencies.ts';

/** Dependencies that must not be asked, but for those given: a request that is refused does nothing. */
export function untouchedBut(given: Partial<ApiDependencies>): ApiDependencies {
  return {
    jar: { fetch: refuse, open: refuse, enrich: refuse, delete: refuse },
    wake: refuse,
    workflows: { count: refuse, stopCookie: refuse, restartDelivery: refuse, runningDeliveries: refuse },
    deadLetters: { dead: refuse, held: refuse, getAll: refuse, bury: refuse, revive: refuse, waitingOf: refuse },
    errands: { run: refuse },
    parked: { list: refuse },
    reconciler: { report: refuse },
    rules: { current: refuse, definitions: refuse, problems: refuse },
    retrievals: { newest: refuse },
    schedules: { list: refuse, names: refuse, find: refuse, pause: refuse, resume: refuse, trigger: refuse },
    triggers: { of: refuse },
    workerReports: { read: refuse },
    similar: { similarTo: refuse, families: refuse },
    checks: {},
    ...given,
  };
}

async function refuse(): Promise<never> {
  throw new Error('secret: nothing should have been asked');
}
