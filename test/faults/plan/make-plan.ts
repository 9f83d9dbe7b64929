import { Chance } from './chance.ts';
import { planClients } from './plan-clients.ts';
import { planFaults } from './plan-faults.ts';
import { planFolder, planZone } from './plan-sources.ts';
import { type FaultStep, type Plan, type RuleStep, type Timed, VERSIONED_RULES } from './plan.ts';

/** What the machine can do. */
export interface PlanMeans {
  /** Whether clocks of processes can be set wrong. */
  readonly clocks: boolean;
  /** Whether the jar is ours to kill. */
  readonly ownJar: boolean;
}

/** Updates, saves and faults begin within this, in milliseconds. */
const BUSY_MS = 7_000;
const FEW_ATTEMPTS = 4;
/** A delivery with so many attempts outlives every fault. */
const MANY_ATTEMPTS = 1_000;

/** Makes the plan of a run. */
export function makePlan(seed: number, means: PlanMeans): Plan {
  const chance = new Chance(seed);
  const workers = chance.pick([1, 1, 2, 2, 3]);
  const attempts = chance.happens(0.3) ? FEW_ATTEMPTS : MANY_ATTEMPTS;
  const tellsTheEnd = chance.happens(0.3);
  const loaderFailures = chance.pick([0, 0, 1, 2]);
  const [clients, folder, zone, rules, faults] = Array.from({ length: 5 }, () => chance.branch()) as [
    Chance,
    Chance,
    Chance,
    Chance,
    Chance,
  ];
  const planned = planFaults(faults, { workers, lengthMs: BUSY_MS, ...means });
  return {
    seed,
    workers,
    attempts,
    tellsTheEnd,
    loaderFailures,
    clients: planClients(clients, BUSY_MS),
    folder: planFolder(folder, BUSY_MS),
    zone: chance.happens(0.5) && !isAhead(planned) ? planZone(zone, BUSY_MS) : [],
    rules: planRules(rules),
    faults: planned,
  };
}

/** A zone that was read by a clock that is ahead is not read again before that time has come. */
function isAhead(faults: readonly FaultStep[]): boolean {
  return faults.some((fault) => fault.kind === 'clock' && fault.process !== 'api' && fault.seconds > 0);
}

function planRules(chance: Chance): Timed<RuleStep>[] {
  const saves = Array.from({ length: chance.between(0, 4) }, (_, index): Timed<RuleStep> => ({
    at: chance.below(BUSY_MS),
    kind: 'save',
    rule: chance.pick(VERSIONED_RULES),
    version: index + 2,
  }));
  const at = chance.below(BUSY_MS);
  const breaks: Timed<RuleStep>[] = chance.happens(0.4)
    ? [
        { at, kind: 'break' },
        { at: at + chance.between(500, 3_000), kind: 'mend' },
      ]
    : [];
  return [...saves, ...breaks].toSorted((a, b) => a.at - b.at);
}
