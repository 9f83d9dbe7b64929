import type { Chance } from './chance.ts';
import { type FaultStep, JAR_FAULTS, type ProcessName, RECEIVER_FAULTS, RECEIVERS, type Timed } from './plan.ts';

/** What there is to go wrong. */
export interface FaultMeans {
  readonly workers: number;
  readonly lengthMs: number;
  readonly clocks: boolean;
  readonly ownJar: boolean;
}

const DAY_SECONDS = 86_400;
const JUMPS = [-DAY_SECONDS, -3_600, -90, -5, 5, 90, 3_600, DAY_SECONDS];

/** A random schedule of faults; they may overlap. */
export function planFaults(chance: Chance, means: FaultMeans): Timed<FaultStep>[] {
  const workers = Array.from({ length: means.workers }, (_, index): ProcessName => `worker-${index + 1}`);
  const servers: ProcessName[] = [...(means.ownJar ? (['jar'] as const) : []), 'temporal'];
  const processes: ProcessName[] = [...workers, 'api', ...servers];
  const lasts = () => chance.pick([chance.between(50, 500), chance.between(500, 3_000)]);
  const kinds: (() => FaultStep)[] = [
    () => ({ kind: 'kill', processes: [chance.pick(workers)], lastsMs: lasts() }),
    () => ({ kind: 'kill', processes: [chance.pick(workers)], lastsMs: lasts() }),
    () => ({ kind: 'kill', processes: ['api'], lastsMs: lasts() }),
    () => ({ kind: 'kill', processes: [chance.pick(servers)], lastsMs: lasts() }),
    () => ({ kind: 'kill', processes: chance.some(processes, chance.between(2, processes.length)), lastsMs: lasts() }),
    () => ({ kind: 'jar', fault: chance.pick(JAR_FAULTS), share: chance.pick([0.1, 0.3, 1]), lastsMs: lasts() }),
    () => ({ kind: 'jar', fault: chance.pick(JAR_FAULTS), share: chance.pick([0.1, 0.3, 1]), lastsMs: lasts() }),
    () => ({ kind: 'jar', fault: chance.pick(['lose-answer', 'cut-answer']), share: 0.5, lastsMs: lasts() }),
    () => ({ kind: 'still', process: chance.pick(processes), lastsMs: stands(chance) }),
    () => ({
      kind: 'receiver',
      receiver: chance.pick(RECEIVERS),
      fault: chance.pick(RECEIVER_FAULTS),
      lastsMs: lasts() * 2,
    }),
    () => ({ kind: 'restart', process: chance.pick([...workers, 'api' as const]), lastsMs: 0 }),
    ...(means.clocks
      ? [
          (): FaultStep => ({
            kind: 'clock',
            process: chance.pick([...workers, 'api' as const]),
            seconds: chance.pick(JUMPS),
            lastsMs: lasts() * 2,
          }),
        ]
      : []),
  ];
  return Array.from({ length: chance.between(2, 8) }, () => ({
    ...chance.pick(kinds)(),
    at: chance.between(200, means.lengthMs),
  })).toSorted((a, b) => a.at - b.at);
}

/** Mostly short; sometimes so long that the server takes the process for dead while it is not. */
function stands(chance: Chance): number {
  return chance.happens(0.2) ? chance.between(11_000, 18_000) : chance.between(300, 4_000);
}
