import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { BatonList } from '../../../retrieval/irods/baton-list.ts';
import { listingSchema } from '../../../retrieval/irods/listing.ts';
import { SpecificQueries } from '../../../retrieval/irods/specific-queries.ts';
import { replayProgram } from '../../support/irods/replay.ts';
import { transcript } from '../../support/irods/transcripts.ts';

const WINDOW = { after: 1402406340, upTo: 2147483647 };
const CRAM = '/seq/13240/13240_2#31.cram';
const UNCHECKED = '/seq/13240/13240_2#168.cram';

let bin: string;
const open: { close(): Promise<void> }[] = [];

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'replay-'));
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()));
  rmSync(bin, { recursive: true, force: true });
});

/** A client of a recorded specific query; the answer of the given place in the record. */
function queriesOf(number: string, place = 0): SpecificQueries {
  const { stdout, ...end } = transcript(number);
  replayProgram(bin, 'baton-specificquery', linesOf(stdout).slice(place, place + 1), end);
  const queries = new SpecificQueries({ binDir: bin });
  open.push(queries);
  return queries;
}

/** A client of a recorded listing. What baton-list recorded is put as baton-do says it. */
function listOf(number: string): BatonList {
  const { argv, stdout, ...end } = transcript(number);
  const answers = argv[0] === 'baton-do' ? linesOf(stdout) : linesOf(stdout).map(asEnvelope);
  replayProgram(bin, 'baton-do', answers, end);
  const list = new BatonList({ binDir: bin, processes: 1 });
  open.push(list);
  return list;
}

function linesOf(stdout: string): string[] {
  return stdout.split('\n').slice(0, -1);
}

function asEnvelope(line: string): string {
  const { error, ...rest } = z.looseObject({ error: z.unknown().optional() }).parse(JSON.parse(line));
  return JSON.stringify(error === undefined ? { result: { single: rest } } : { target: rest, error });
}

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const row of rows) collected.push(row);
  return collected;
}

describe('the client, told what baton said', () => {
  it('01: reads the rows of modified replicas', async () => {
    const rows = await all(queriesOf('01').dataModified(WINDOW));
    expect(rows).toHaveLength(6);
    expect(rows[1]).toEqual({
      path: CRAM,
      dataId: '14237451',
      replica: 1,
      checksum: '2ebec02316ddc3ee64a67c89b5e3140c',
      upToDate: true,
      modified: 1402406402,
    });
    expect(rows.map(({ upToDate }) => upToDate)).toEqual([true, true, true, true, false, false]);
    expect(rows[2]?.checksum).toBeNull();
  });

  it('02: reads the rows of modified metadata, one per replica', async () => {
    const rows = await all(queriesOf('02').metadataModified(WINDOW));
    expect(rows).toHaveLength(20);
    expect(rows[0]).toEqual(rows[1]);
    expect(rows[0]).toEqual({
      path: CRAM,
      dataId: '14237451',
      metaId: '9004',
      attribute: 'sample',
      value: 'INT_3765_0001',
      units: null,
      modified: 1402406411,
    });
  });

  it('03: reads no rows, and ids', async () => {
    expect(await all(queriesOf('03').metadataModified(WINDOW))).toEqual([]);
    const ids = await all(queriesOf('03', 1).rows('dataModifiedIdOnly', ['1402406340', '1402406500']));
    expect(ids).toEqual([{ data_id: '14237451' }, { data_id: '14237460' }, { data_id: '14237461' }]);
  });

  it('04: says that a query is not installed, and reads the text of one that is', async () => {
    const unknown = all(queriesOf('04').rows('noSuchAlias', ['1']));
    await expect(unknown).rejects.toMatchObject({ name: 'IrodsSetupError', code: -853000, retryable: false });
    expect(await queriesOf('04', 1).installedText('dataModifiedIdOnly')).toMatch(/^SELECT DISTINCT Data\.data_id/);
  });

  it('05: reads all that is known of an object', async () => {
    const listing = await listOf('05').list(CRAM);
    expect(listing).toMatchObject({ collection: '/seq/13240', data_object: '13240_2#31.cram', size: 3294829310 });
    expect(listing.avus).toHaveLength(13);
    expect(listing.access).toContainEqual({ level: 'own', owner: 'srpipe', zone: 'Sanger1' });
    expect(listing.replicates?.map(({ number, valid }) => [number, valid])).toEqual([
      [0, true],
      [1, true],
    ]);
    expect(listing.timestamps).toContainEqual({ modified: '2014-06-10T13:20:02Z', replicates: 1 });
  });

  it('06: tells a missing object from the good ones around it', async () => {
    const list = listOf('06');
    expect(await list.list(UNCHECKED)).toMatchObject({ checksum: null });
    await expect(list.list('/seq/13240/13240_2#99.cram')).rejects.toMatchObject({
      name: 'IrodsPathUnavailableError',
      code: -310000,
      retryable: false,
    });
    expect((await list.list(UNCHECKED)).avus).toContainEqual({ attribute: 'coverage', value: '30', units: 'x' });
  });

  it('07: reads a missing checksum and a stale replica', async () => {
    const { checksum, replicates } = await listOf('07').list(UNCHECKED);
    expect(checksum).toBeNull();
    expect(replicates?.map(({ valid }) => valid)).toEqual([true, false]);
  });

  it('08: asks once more without replicas, and passes on what then fails', async () => {
    const refused = listOf('08').list('/seq/13240/inflight.cram');
    await expect(refused).rejects.toMatchObject({ name: 'BatonRefusalError', code: -816000 });
  });

  it('09: says that there is no good replica, which may change', async () => {
    const refused = listOf('09').list('/seq/13240/locked.cram');
    await expect(refused).rejects.toMatchObject({ name: 'NoGoodReplicaError', code: -1, retryable: true });
  });

  it('10: reads a result of its own kind, and refuses others', async () => {
    const list = listOf('10');
    expect((await list.list(UNCHECKED)).timestamps).toHaveLength(4);
    await expect(list.list('/seq/13240/13240_2#99.cram')).rejects.toMatchObject({ code: -310000 });
    // The refusal is taken for a replica in flight: the next answer is that of the second question.
    await expect(list.list(UNCHECKED)).rejects.toMatchObject({ name: 'BatonAnswerError', retryable: false });
  });

  it('11: does not mind the exit code', async () => {
    const missing = listOf('11').list('/seq/13240/13240_2#99.cram');
    await expect(missing).rejects.toMatchObject({ name: 'IrodsPathUnavailableError' });
  });

  it('12: reads a size that is text', () => {
    const [line = ''] = linesOf(transcript('12').stdout);
    const [listing] = z.array(listingSchema).parse(JSON.parse(line));
    expect(listing?.size).toBe(3294829310);
  });

  it('13: takes an error that is nothing special for one that may pass', async () => {
    const list = listOf('13');
    await list.list(UNCHECKED);
    await expect(list.list(UNCHECKED)).rejects.toMatchObject({
      name: 'IrodsServerError',
      code: -809000,
      retryable: true,
    });
  });

  it('14: takes silence and exit code 0 for a server that cannot be reached', async () => {
    const refused = listOf('14').list(CRAM);
    await expect(refused).rejects.toMatchObject({ name: 'IrodsConnectionError', retryable: true });
    await expect(refused).rejects.toThrow(/exit code 0.*Failed to connect to irods\.example\.org/s);
  });

  it('15: takes no rows at all for a server that cannot be reached', async () => {
    const refused = all(queriesOf('15').dataModified(WINDOW));
    await expect(refused).rejects.toMatchObject({ name: 'IrodsConnectionError', retryable: true });
    await expect(refused).rejects.toThrow(/Failed to connect/);
  });

  it('16: replaces a process that has lost its connection, and asks again', async () => {
    const list = listOf('16');
    const answers = [await list.list(UNCHECKED), await list.list(UNCHECKED), await list.list(UNCHECKED)];
    expect(answers.map(({ data_object: name }) => name)).toEqual(Array(3).fill('13240_2#168.cram'));
  });

  it('17: takes an aborted process for a lost connection', async () => {
    const aborted = all(queriesOf('17').rows('many', ['35']));
    await expect(aborted).rejects.toMatchObject({ name: 'IrodsConnectionError', retryable: true });
    await expect(aborted).rejects.toThrow(/SIGABRT/);
  });

  it('18: reads a collection', async () => {
    expect(await listOf('18').list('/seq')).toEqual({ collection: '/seq' });
  });
});
