import type { Avu } from '../../../test/support/irods/catalogue-entries.ts';
import type { Chance } from './chance.ts';

/** Where a sample was sequenced. Tag 0 is what no tag was found for: a bit of every library of the lane. */
interface Place {
  readonly run: number;
  readonly lane: number;
  readonly tag: number;
}

/** One sample of one lane; several libraries where nobody could tell them apart. */
export interface Sample extends Place {
  readonly studies: readonly string[];
  readonly libraries: readonly string[];
  readonly names: readonly string[];
  /** What it was aligned to; nothing if it was not. */
  readonly reference: string | undefined;
}

const REFERENCES = '/lustre/scratch110/srpipe/references';
const HUMAN = `${REFERENCES}/Homo_sapiens/1000Genomes_hs37d5/all/bwa/hs37d5.fa`;
const HUMAN_TUMOUR = `${REFERENCES}/Homo_sapiens_CGP/GRCh38/all/bwa/genome.fa`;
const MOUSE = `${REFERENCES}/Mus_musculus/GRCm38/all/bwa/Mus_musculus.GRCm38.68.dna.toplevel.fa`;
const PHIX = `${REFERENCES}/PhiX/Sanger-SNPs/all/bwa/phix_unsnipped_short_no_N.fa`;
const CONTROLS_STUDY = '198';

/** Draws what a lane has at one tag. */
export function drawSample(chance: Chance, place: Place): Sample {
  const count = place.tag === 0 ? 6 : 1;
  const numbers = Array.from({ length: count }, () => chance.whole(1000, 9999));
  const studies = Array.from({ length: count }, () =>
    chance.pick('3765', '4113', '3543', '5012', '4821', '6187', '2910'),
  );
  return {
    ...place,
    studies: [...new Set(studies)],
    libraries: [...new Set(numbers.map((number) => `1987${number}`))],
    names: [...new Set(numbers.map((number) => `${studies[0]}STDY${number}`))],
    reference: drawReference(chance),
  };
}

function drawReference(chance: Chance): string | undefined {
  const drawn = chance.next();
  if (drawn < 0.04) return undefined;
  if (drawn < 0.16) return MOUSE;
  return drawn < 0.24 ? HUMAN_TUMOUR : HUMAN;
}

/** What the pipeline puts on a sample's CRAM. */
export function describeLibrary(chance: Chance, sample: Sample, md5: string): Avu[] {
  const { tag, studies, libraries, names, reference } = sample;
  return [
    ...describePlace(sample, md5),
    ...(tag === 0 ? [] : [{ attribute: 'target', value: 'library' }]),
    ...studies.map((value) => ({ attribute: 'study_id', value })),
    ...libraries.map((value) => ({ attribute: 'library_id', value })),
    ...names.map((value) => ({ attribute: 'sample', value })),
    { attribute: 'total_reads', value: String(chance.whole(1_000_000, 900_000_000)) },
    { attribute: 'alignment', value: reference === undefined ? '0' : '1' },
    ...(reference === undefined ? [] : [{ attribute: 'reference', value: reference }]),
  ];
}

/** What the pipeline puts on the control that was sequenced along with a sample. */
export function describePhix(sample: Sample, md5: string): Avu[] {
  return [
    ...describePlace(sample, md5),
    { attribute: 'study_id', value: CONTROLS_STUDY },
    { attribute: 'alignment', value: '1' },
    { attribute: 'reference', value: PHIX },
  ];
}

function describePlace({ run, lane, tag }: Place, md5: string): Avu[] {
  return [
    { attribute: 'type', value: 'cram' },
    { attribute: 'md5', value: md5 },
    { attribute: 'id_run', value: String(run) },
    { attribute: 'lane', value: String(lane) },
    { attribute: 'tag_index', value: String(tag) },
  ];
}
