import type { Avu } from '../../../test/support/irods/catalogue-entries.ts';
import { Chance } from './chance.ts';
import type { ObjectEvent, PlannedObject } from './planned-object.ts';
import { type Sample, describeLibrary, describePhix, drawSample } from './samples.ts';

/** Studies of the centre that somebody waits for, and some others. */
const WATCHED = ['3765', '4113', '3543'] as const;
const FIRST_RUN = 26_540;
const LANES_PER_RUN = 2;
const SAMPLES_PER_LANE = 24;
/** Runs come one after the other, the last one at this part of the time. */
const LAST_RUN_AT = 0.55;
/** What a sample leaves behind: a CRAM, its index, and often more. */
const FILES_PER_SAMPLE = 3;
/** Long before the demo. */
const BEFORE = -1;

/** How much is to be planned. */
export interface ZonePlan {
  readonly objects: number;
  /** The same seed plans the same. */
  readonly seed: number;
}

/** One sample of one lane on its way through the centre. */
interface Passage {
  readonly sample: Sample;
  /** Path without extension. */
  readonly stem: string;
  readonly createdAt: number;
  readonly qcAt: number;
  /** Whether QC of its lane is done before the demo ends. */
  readonly judged: boolean;
}

/** Plans what a sequencing centre puts into its zone, and what it does with it later. */
export function planZone({ objects, seed }: ZonePlan): PlannedObject[] {
  const chance = new Chance(seed);
  const runs = Math.max(1, Math.ceil(objects / FILES_PER_SAMPLE / LANES_PER_RUN / (SAMPLES_PER_LANE + 1)));
  const planned: PlannedObject[] = [];
  for (let run = 0; planned.length < objects; run += 1) {
    const at = Math.min(LAST_RUN_AT, (run / runs) * LAST_RUN_AT);
    for (let lane = 1; lane <= LANES_PER_RUN; lane += 1) planned.push(...planLane(chance, FIRST_RUN + run, lane, at));
  }
  return planned.slice(0, objects);
}

function planLane(chance: Chance, run: number, lane: number, runAt: number): PlannedObject[] {
  const qcAt = runAt + chance.between(0.25, 0.4);
  const judged = chance.percent(90);
  return Array.from({ length: SAMPLES_PER_LANE + 1 }, (_, tag) => {
    const sample = drawSample(chance, { run, lane, tag });
    const stem = `/seq/${run}/${run}_${lane}#${tag}`;
    return planSample(chance, { sample, stem, createdAt: runAt + chance.between(0, 0.12), qcAt, judged });
  }).flat();
}

function planSample(chance: Chance, passage: Passage): PlannedObject[] {
  const { stem, createdAt } = passage;
  const old = chance.percent(8);
  const born = old ? BEFORE : createdAt;
  return [
    { path: `${stem}.cram`, events: old ? oldCram(chance, passage) : newCram(chance, passage) },
    { path: `${stem}.cram.crai`, events: plainFile(chance, born) },
    ...(chance.percent(35) ? [{ path: `${stem}_phix.cram`, events: phixCram(chance, passage, born) }] : []),
    ...(chance.percent(60) ? [{ path: `${stem}.seqchksum`, events: plainFile(chance, born) }] : []),
  ];
}

function newCram(chance: Chance, { sample, createdAt, qcAt, judged }: Passage): ObjectEvent[] {
  const checksum = chance.hex(32);
  const life: ObjectEvent[] = [
    { kind: 'created', at: createdAt, checksum },
    { kind: 'described', at: createdAt + chance.between(0.02, 0.06), avus: describeLibrary(chance, sample, checksum) },
    { kind: 'replicating', at: createdAt + chance.between(0.02, 0.08) },
    { kind: 'replicated', at: createdAt + chance.between(0.09, 0.14), checksum },
    ...qc(chance, judged, qcAt),
    ...joinsLate(chance, sample, createdAt),
    ...goes(chance, createdAt),
  ];
  return inOrder(life);
}

/** One that was there before anybody watched: only what happens to it from now on can be heard of. */
function oldCram(chance: Chance, { sample, qcAt, judged, createdAt }: Passage): ObjectEvent[] {
  const checksum = chance.hex(32);
  const forgotten = chance.percent(30);
  const life: ObjectEvent[] = [
    { kind: 'created', at: BEFORE, checksum },
    { kind: 'described', at: BEFORE, avus: describeLibrary(chance, sample, checksum) },
    ...(forgotten ? [] : qc(chance, judged, qcAt)),
    ...(forgotten ? [] : joinsLate(chance, sample, createdAt)),
  ];
  return inOrder(life);
}

function phixCram(chance: Chance, { sample, qcAt, judged }: Passage, born: number): ObjectEvent[] {
  const checksum = chance.hex(32);
  const describedAt = born === BEFORE ? BEFORE : born + chance.between(0.02, 0.06);
  const life: ObjectEvent[] = [
    { kind: 'created', at: born, checksum },
    { kind: 'described', at: describedAt, avus: describePhix(sample, checksum) },
    ...(born === BEFORE ? [] : qc(chance, judged, qcAt)),
  ];
  return inOrder(life);
}

function plainFile(chance: Chance, born: number): ObjectEvent[] {
  const checksum = chance.hex(32);
  return [
    { kind: 'created', at: born, checksum },
    { kind: 'described', at: born, avus: [{ attribute: 'md5', value: checksum }] },
  ];
}

/** Manual QC, of a lane in one go; one library in eight fails. */
function qc(chance: Chance, judged: boolean, at: number): ObjectEvent[] {
  const value = chance.percent(12) ? '0' : '1';
  return judged ? [{ kind: 'described', at, avus: [{ attribute: 'manual_qc', value }] }] : [];
}

/** Somebody finds that a library belongs to one more study, before QC or long after it. */
function joinsLate(chance: Chance, { studies }: Sample, createdAt: number): ObjectEvent[] {
  const study = chance.pick(...WATCHED);
  const at = chance.between(createdAt + 0.1, 0.95);
  if (!chance.percent(10) || studies.includes(study)) return [];
  const avu: Avu = { attribute: 'study_id', value: study };
  return [{ kind: 'described', at, avus: [avu] }];
}

function goes(chance: Chance, createdAt: number): ObjectEvent[] {
  const at = chance.between(createdAt + 0.2, 0.98);
  if (chance.percent(3)) return [{ kind: 'trashed', at }];
  return chance.percent(3) ? [{ kind: 'removed', at }] : [];
}

/** A life ends with going: what would come after does not happen. */
function inOrder(life: readonly ObjectEvent[]): ObjectEvent[] {
  const ordered = life.toSorted((a, b) => a.at - b.at);
  const end = ordered.findIndex(({ kind }) => kind === 'trashed' || kind === 'removed');
  return end === -1 ? ordered : ordered.slice(0, end + 1);
}
