import { Catalogue } from './catalogue.ts';

const RUN = '/seq/13240';
const CRAM = `${RUN}/13240_2#31.cram`;
const UNCHECKED = `${RUN}/13240_2#168.cram`;
const CHECKSUM = '2ebec02316ddc3ee64a67c89b5e3140c';
const REFERENCE = '/lustre/scratch110/srpipe/references/Homo_sapiens/1000Genomes_hs37d5/all/bwa/hs37d5.fa';

/** AVUs of the first object: id, attribute, value, time stamp. */
const AVUS: readonly (readonly [number, string, string, number])[] = [
  [9001, 'type', 'cram', 1402406410],
  [9002, 'target', 'library', 1402406410],
  [9003, 'study_id', '3765', 1402406410],
  [9004, 'sample', 'INT_3765_0001', 1402406411],
  [9005, 'library_id', '9871235', 1402406411],
  [9006, 'id_run', '13240', 1402406411],
  [9007, 'lane', '2', 1402406411],
  [9008, 'tag_index', '31', 1402406411],
  [9009, 'reference', REFERENCE, 1402406411],
  [9010, 'alignment', '1', 1402406411],
  [9011, 'total_reads', '531238242', 1402406412],
  [9012, 'md5', CHECKSUM, 1402406412],
  [9013, 'manual_qc', '1', 1402409988],
];

/** The zone that the recorded transcripts were made with; rows come in the order of their making. */
export function exampleZone(folder: string): Catalogue {
  const catalogue = Catalogue.create(folder);
  catalogue.set('shuffle', 'off');
  catalogue.putResource('red-1', 'irods-g1');
  catalogue.putResource('green-1', 'irods-g2');
  putCram(catalogue);
  putUnchecked(catalogue);
  const inFlight = { created: 1402406590, modified: 1402406600 };
  catalogue.putObject(`${RUN}/inflight.cram`, {
    id: 14237463,
    replicas: [
      { ...inFlight, checksum: 'c'.repeat(32) },
      { ...inFlight, status: 2, resource: 'green-1' },
    ],
  });
  catalogue.putObject(`${RUN}/locked.cram`, { id: 14237461, at: 1402406500, replicas: [{ status: 2 }] });
  return catalogue;
}

function putCram(catalogue: Catalogue): void {
  const good = { checksum: CHECKSUM, size: 3294829310 };
  catalogue.putObject(CRAM, {
    id: 14237451,
    replicas: [
      { ...good, created: 1402406342, modified: 1402406401 },
      { ...good, resource: 'green-1', created: 1402406390, modified: 1402406402 },
    ],
    access: [
      { owner: 'public', zone: 'seq', level: 'read' },
      { owner: 'srpipe', zone: 'Sanger1', level: 'own' },
      { owner: 'ss_3765', zone: 'seq', level: 'read' },
    ],
  });
  for (const [metaId, attribute, value, at] of AVUS) catalogue.addAvu(CRAM, { attribute, value }, { at, metaId });
}

function putUnchecked(catalogue: Catalogue): void {
  catalogue.putObject(UNCHECKED, {
    id: 14237460,
    replicas: [
      { size: 1024, created: 1402406343, modified: 1402406343 },
      {
        status: 0,
        checksum: 'a'.repeat(32),
        size: 1000,
        resource: 'green-1',
        created: 1402406300,
        modified: 1402406300,
      },
    ],
  });
  catalogue.addAvu(UNCHECKED, { attribute: 'target', value: 'library' }, { at: 1402406350 });
  catalogue.addAvu(UNCHECKED, { attribute: 'coverage', value: '30', units: 'x' }, { at: 1402406350 });
}
