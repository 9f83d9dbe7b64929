import { makePlan } from './make-plan.ts';

const MEANS = { clocks: true, ownJar: true };

describe('the plan of a run', () => {
  it('is made of its seed alone', () => {
    expect(makePlan(4711, MEANS)).toEqual(makePlan(4711, MEANS));
    expect(makePlan(4711, MEANS)).not.toEqual(makePlan(4712, MEANS));
  });

  it('has, over a hundred seeds, every kind of fault, clients that give up, and from one to three workers', () => {
    const plans = Array.from({ length: 100 }, (_, seed) => makePlan(seed, MEANS));
    const kinds = new Set(plans.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
    expect([...kinds].toSorted()).toEqual(['clock', 'jar', 'kill', 'receiver', 'restart', 'still']);
    expect(plans.some(({ clients }) => clients.some(({ givesUp }) => givesUp))).toBe(true);
    expect(new Set(plans.map(({ workers }) => workers))).toEqual(new Set([1, 2, 3]));
  });

  it('leaves alone what is not there to go wrong', () => {
    const plans = Array.from({ length: 100 }, (_, seed) => makePlan(seed, { clocks: false, ownJar: false }));
    for (const fault of plans.flatMap(({ faults }) => faults)) {
      expect(fault.kind).not.toBe('clock');
      expect(fault.kind === 'kill' && fault.processes.includes('jar')).toBe(false);
    }
  });

  it('lets no worker that asks a zone run ahead of the time', () => {
    const plans = Array.from({ length: 200 }, (_, seed) => makePlan(seed, MEANS));
    const ahead = plans.filter(({ faults }) =>
      faults.some((fault) => fault.kind === 'clock' && fault.process !== 'api' && fault.seconds > 0),
    );
    expect(ahead.length).toBeGreaterThan(0);
    expect(ahead.every(({ zone }) => zone.length === 0)).toBe(true);
    expect(plans.some(({ zone }) => zone.length > 0)).toBe(true);
  });
});
