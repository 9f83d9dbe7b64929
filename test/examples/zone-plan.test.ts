import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expectedOutcome } from '../../examples/sequencing-centre/demo/expected-outcome.ts';
import { avusOf, type PlannedObject, stays } from '../../examples/sequencing-centre/demo/planned-object.ts';
import { planZone } from '../../examples/sequencing-centre/demo/plan-zone.ts';
import { layZone, playZone } from '../../examples/sequencing-centre/demo/play-zone.ts';
import { isTrash, readZone } from '../../examples/sequencing-centre/demo/zone-contents.ts';
import { Catalogue } from '../support/irods/catalogue.ts';

const plans = fc.record({ objects: fc.integer({ min: 1, max: 300 }), seed: fc.nat() });

function times({ events }: PlannedObject): number[] {
  return events.map(({ at }) => at);
}

describe('the plan of a zone', () => {
  it('has as many objects as asked for, each path once, and is the same for the same seed', () => {
    fc.assert(
      fc.property(plans, (wanted) => {
        const plan = planZone(wanted);
        expect(new Set(plan.map(({ path }) => path)).size).toBe(wanted.objects);
        expect(planZone(wanted)).toEqual(plan);
      }),
      { numRuns: 12 },
    );
  });

  it('is another one for another seed', () => {
    expect(planZone({ objects: 50, seed: 1 })).not.toEqual(planZone({ objects: 50, seed: 2 }));
  });

  it('lets each object begin with its creation and lets nothing happen after it is gone, or after the end', () => {
    fc.assert(
      fc.property(plans, (wanted) => {
        for (const object of planZone(wanted)) {
          const kinds = object.events.map(({ kind }) => kind);
          expect(kinds.lastIndexOf('created')).toBe(0);
          expect(kinds.slice(0, -1)).not.toContain('trashed');
          expect(kinds.slice(0, -1)).not.toContain('removed');
          expect(times(object)).toEqual(times(object).toSorted((a, b) => a - b));
          expect(Math.max(...times(object))).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('puts no AVU on an object twice, and manual QC after all that it decides on', () => {
    fc.assert(
      fc.property(plans, (wanted) => {
        for (const object of planZone(wanted)) {
          const avus = avusOf(object).map(({ attribute, value }) => `${attribute}=${value}`);
          expect(new Set(avus).size).toBe(avus.length);
          const references = avusOf(object).findIndex(({ attribute }) => attribute === 'reference');
          const qc = avusOf(object).findIndex(({ attribute }) => attribute === 'manual_qc');
          if (qc !== -1) expect(qc).toBeGreaterThan(references);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('has something for every rule to decide, objects that go, and some that nothing happens to', () => {
    const plan = planZone({ objects: 2000, seed: 1 });
    const outcomes = plan.map(expectedOutcome);
    expect(new Set(outcomes.flatMap(({ rules }) => rules))).toEqual(
      new Set([
        'not-a-cram',
        'not-human',
        'failed-qc',
        'library-in-study-3543',
        'library-in-study-3765',
        'library-in-study-4113',
        'everything-else',
      ]),
    );
    expect(outcomes.some(({ heardOf, rules }) => heardOf && rules.length === 0)).toBe(true);
    expect(outcomes.some(({ heardOf }) => !heardOf)).toBe(true);
    expect(plan.some((object) => !stays(object))).toBe(true);
  });

  it('happens in a catalogue as it says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cookie-monster-plan-'));
    const catalogue = Catalogue.create(folder);
    try {
      const plan = planZone({ objects: 120, seed: 3 });
      const since = catalogue.clock();
      let there = 0;
      layZone(catalogue, plan);
      const onArrival = (count: number): void => {
        there = count;
      };
      await playZone(catalogue, plan, { seconds: 0.3, signal: new AbortController().signal, onArrival });
      const zone = readZone(catalogue);
      const paths = [...zone.keys()].filter((path) => !isTrash(path));
      expect(there).toBe(120);
      expect(paths.toSorted()).toEqual(
        plan
          .filter(stays)
          .map(({ path }) => path)
          .toSorted(),
      );
      for (const object of plan.filter(stays)) {
        const found = zone.get(object.path)?.avus.map(({ attribute, value }) => ({ attribute, value }));
        expect(found).toHaveLength(avusOf(object).length);
        expect(found).toEqual(expect.arrayContaining([...avusOf(object)]));
        const first = zone.get(object.path)?.replicas.get(0);
        expect((first?.modified ?? 0) >= since).toBe((object.events[0]?.at ?? -1) >= 0);
      }
    } finally {
      catalogue.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
