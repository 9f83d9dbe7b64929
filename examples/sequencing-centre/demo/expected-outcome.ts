import { type PlannedObject, plannedValues, stays } from './planned-object.ts';

/** What must have become of an object in the end. */
export interface ExpectedOutcome {
  readonly path: string;
  /** Whether something happened to it that can be heard of. */
  readonly heardOf: boolean;
  /** Whether it is in the zone in the end; of one that is gone, the less was heard the sooner it went. */
  readonly stays: boolean;
  /** The rules that must have been applied, in any of its jobs; to one that is gone, some of them. */
  readonly rules: readonly string[];
}

const WATCHED = ['3543', '3765', '4113'];
const HUMAN = ['/Homo_sapiens/', '/Homo_sapiens_CGP/'];

/** Says in plain words, and without any of the rules' code, what the rules must make of an object. */
export function expectedOutcome(object: PlannedObject): ExpectedOutcome {
  const { path, events } = object;
  const heardOf = events.some(({ at }) => at >= 0);
  return { path, heardOf, stays: stays(object), rules: heardOf ? expectedRules(object) : [] };
}

function expectedRules(object: PlannedObject): string[] {
  const [reference] = plannedValues(object, 'reference');
  const [manualQc] = plannedValues(object, 'manual_qc');
  const isNew = object.events.every(({ at }) => at >= 0);
  if (!object.path.endsWith('.cram')) return ['not-a-cram'];
  if (isNew && reference !== undefined && !HUMAN.some((human) => reference.includes(human))) return ['not-human'];
  if (isNew && manualQc === '0') return ['failed-qc'];
  if (manualQc === undefined) return [];
  const isLibrary = plannedValues(object, 'target').includes('library');
  const studies = plannedValues(object, 'study_id').filter((study) => isLibrary && WATCHED.includes(study));
  return [...studies.map((study) => `library-in-study-${study}`), 'everything-else'];
}
