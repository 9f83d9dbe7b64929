import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Cookie } from '../../cookiejar/cookie.ts';
import {
  type Avus,
  type Centre,
  CRAM,
  cookieOf,
  created,
  described,
  HUMAN,
  type Job,
  learn,
  LIBRARY,
  MOUSE,
  openCentre,
  PHIX,
} from './centre.ts';

let centre: Centre;

beforeAll(async () => {
  centre = await openCentre();
}, 60_000);

afterAll(async () => centre[Symbol.asyncDispose](), 60_000);

beforeEach(() => {
  centre.avus = {};
});

/** The rules that a judgement applies, before anything is loaded. */
async function judged(cookie: Cookie): Promise<string[]> {
  return (await centre.judge(cookie)).applied.map(({ rule }) => rule);
}

/** A whole job of an object that has AVUs, all of which an update brought. */
async function jobOf(avus: Avus, ...before: Parameters<typeof cookieOf>[0]): Promise<Job> {
  centre.avus = avus;
  return centre.job(cookieOf([...before, described(avus)]));
}

/** One more job, after an update. The object has these AVUs then. */
async function jobAfter({ cookie }: Job, added: Avus, avus: Avus): Promise<Job> {
  centre.avus = avus;
  return centre.job(learn(cookie, { source: 'irods_update', metadata: described(added) }));
}

const judgedLibrary = (more: Avus = {}): Avus => ({ ...LIBRARY, manual_qc: ['1'], ...more });

describe('not-a-cram', () => {
  it.each(['/seq/1/1_1#1.cram.crai', '/seq/1/1_1#1.bam', '/seq/1/cram', '/seq/1/cram.txt', '/seq/1.cram/stats'])(
    'stops for %s before anything else is looked at',
    async (path) => {
      const { rules, stopped, listings } = await centre.job(cookieOf([created()], path));
      expect({ rules, stopped, listings }).toEqual({ rules: ['not-a-cram'], stopped: true, listings: 0 });
    },
  );

  it.each([CRAM, '/seq/1/1_1#1.CRAM', '/seq/1/an odd\nname.cram'])('lets %j pass', async (path) => {
    expect(await judged(cookieOf([created()], path))).toEqual([]);
  });
});

describe('not-human', () => {
  it.each([MOUSE, PHIX])('stops for a new object aligned to %s, without asking iRODS', async (reference) => {
    const { rules, stopped, listings } = await jobOf({ ...LIBRARY, reference: [reference] }, created());
    expect({ rules, stopped, listings }).toEqual({ rules: ['not-human'], stopped: true, listings: 0 });
  });

  it.each([HUMAN, HUMAN.replace('Homo_sapiens', 'Homo_sapiens_CGP')])('lets %s pass', async (reference) => {
    expect(await judged(cookieOf([created(), described({ reference: [reference] })]))).toEqual([]);
  });

  it('lets an object pass that has no reference, or one whose species nobody can tell', async () => {
    expect(await judged(cookieOf([created()]))).toEqual([]);
    expect(await judged(cookieOf([created(), described({ ...LIBRARY, reference: [] })]))).toEqual([]);
    expect(await judged(cookieOf([created(), described({ reference: ['/lustre/genomes/mouse.fa'] })]))).toEqual([]);
  });

  it('lets an object pass whose creation was not seen', async () => {
    expect(await judged(cookieOf([described({ reference: [MOUSE] })]))).toEqual([]);
    expect(await judged(cookieOf([created(1), described({ reference: [MOUSE] })]))).toEqual([]);
  });

  it('takes creation and reference in any order, and in one update', async () => {
    expect(await judged(cookieOf([described({ reference: [MOUSE] }), created()]))).toEqual(['not-human']);
    const both = { ...created(), modified_metadata: { reference: [MOUSE] } };
    expect(await judged(cookieOf([both]))).toEqual(['not-human']);
  });

  it('remembers a reference that later updates do not repeat', async () => {
    const updates = [created(), described({ reference: [MOUSE] }), created(1), described({ sample: ['s'] })];
    expect(await judged(cookieOf(updates))).toEqual(['not-human']);
  });

  it('stops for several references only if none of them is human', async () => {
    expect(await judged(cookieOf([created(), described({ reference: [MOUSE, PHIX] })]))).toEqual(['not-human']);
    expect(await judged(cookieOf([created(), described({ reference: [MOUSE, HUMAN] })]))).toEqual([]);
  });

  it('does not decide by a reference that was replaced, but by what iRODS lists', async () => {
    const before = [created(), described({ ...LIBRARY, reference: [MOUSE] })];
    const corrected = judgedLibrary();
    const { rules, listings } = await jobOf(corrected, ...before);
    expect({ rules, listings }).toEqual({ rules: ['everything-else'], listings: 1 });
    const spoilt = await jobOf(judgedLibrary({ reference: [MOUSE] }), created(), described(LIBRARY));
    expect(spoilt).toMatchObject({ rules: ['not-human'], stopped: true, listings: 1 });
  });

  it('heeds the list of human references as it is saved', async () => {
    const reference = MOUSE.replace('Mus_musculus', 'Homo_neanderthalensis');
    const cookie = cookieOf([created(), described({ reference: [reference] })]);
    expect(await judged(cookie)).toEqual(['not-human']);
    const list = join(centre.rules, 'human-references.txt');
    const before = await readFile(list, 'utf8');
    await appendFile(list, '  Homo_neanderthalensis\r\n');
    expect(await judged(cookie)).toEqual([]);
    await writeFile(list, before);
  });
});

describe('failed-qc', () => {
  it('stops for a new object that failed, without asking iRODS', async () => {
    const { rules, stopped, listings } = await jobOf({ ...LIBRARY, manual_qc: ['0'] }, created());
    expect({ rules, stopped, listings }).toEqual({ rules: ['failed-qc'], stopped: true, listings: 0 });
  });

  it('lets an object pass while QC is not done', async () => {
    const { rules, listings, notifications } = await jobOf(LIBRARY, created());
    expect({ rules, listings, notifications }).toEqual({ rules: [], listings: 0, notifications: [] });
  });

  it.each(['1', '00', '', 'fail'])('lets %j pass: only 0 is a failure', async (value) => {
    expect((await jobOf({ ...LIBRARY, manual_qc: [value] }, created())).rules).toEqual(['everything-else']);
  });

  it('lets an object pass whose creation was not seen', async () => {
    expect((await jobOf(judgedLibrary({ manual_qc: ['0'] }))).rules).toEqual(['everything-else']);
  });

  it('lets contradictory values pass, for people to see', async () => {
    const { rules, notifications } = await jobOf({ ...LIBRARY, manual_qc: ['0', '1'] }, created());
    expect(rules).toEqual(['everything-else']);
    expect(notifications[0]?.data).toMatchObject({ manual_qc: ['0', '1'] });
  });

  it('gives way to not-human', async () => {
    const { rules } = await jobOf({ ...LIBRARY, reference: [MOUSE], manual_qc: ['0'] }, created());
    expect(rules).toEqual(['not-human']);
  });

  it('follows a verdict that is changed, either way', async () => {
    const passed = await jobOf(judgedLibrary(), created());
    expect(passed.rules).toEqual(['everything-else']);
    const failed = await jobAfter(passed, { manual_qc: ['0'] }, judgedLibrary({ manual_qc: ['0'] }));
    expect(failed).toMatchObject({ rules: ['failed-qc'], stopped: true, listings: 1 });

    const bad = await jobOf(judgedLibrary({ manual_qc: ['0'] }), created());
    expect(bad.rules).toEqual(['failed-qc']);
    const good = await jobAfter(bad, { manual_qc: ['1'] }, judgedLibrary());
    expect(good).toMatchObject({ rules: ['everything-else'], stopped: false, listings: 1 });
  });
});

describe('the rules of watched studies', () => {
  const watched = judgedLibrary({ study_id: ['3765'] });

  it('notify of a library in a watched study, with what is known of it', async () => {
    const { rules, notifications, stopped } = await jobOf(watched, created());
    expect({ rules, stopped }).toEqual({ rules: ['library-in-study-3765', 'everything-else'], stopped: false });
    expect(notifications[0]).toMatchObject({
      about: 'library_in_watched_study',
      sender: 'library-in-study-3765',
      identifier: CRAM,
      data: {
        study: { id: '3765', name: 'Blood donors' },
        path: CRAM,
        library_ids: ['19871235'],
        samples: ['5012STDY7654321'],
      },
    });
  });

  it.each([
    ['in another study', { study_id: ['5012'] }],
    ['in no study', { study_id: [] }],
    ['in a study whose number only begins like a watched one', { study_id: ['37651'] }],
    ['that is no library', { study_id: ['3765'], target: ['spiked_control'] }],
    ['with no target', { study_id: ['3765'], target: [] }],
  ])('say nothing of an object %s', async (_, avus) => {
    expect((await jobOf(judgedLibrary(avus), created())).rules).toEqual(['everything-else']);
  });

  it('say nothing before QC is done, nor of what failed it', async () => {
    expect((await jobOf({ ...LIBRARY, study_id: ['3765'] }, created())).rules).toEqual([]);
    expect((await jobOf({ ...watched, manual_qc: ['0'] }, created())).rules).toEqual(['failed-qc']);
  });

  it('notify once for each of several studies', async () => {
    const { rules, notifications } = await jobOf(judgedLibrary({ study_id: ['4113', '5012', '3543'] }), created());
    expect(rules).toEqual(['library-in-study-3543', 'library-in-study-4113', 'everything-else']);
    expect(notifications.filter(({ about }) => about === 'library_in_watched_study')).toHaveLength(2);
  });

  it('notify when a library is added later, and not of the studies told of before', async () => {
    const first = await jobOf(watched, created());
    const more = { ...watched, study_id: ['3765', '4113'] };
    const second = await jobAfter(first, { study_id: ['4113'] }, more);
    expect(second.rules).toEqual(['library-in-study-4113']);
    expect((await jobAfter(second, { sample: ['x'] }, more)).rules).toEqual([]);
  });

  it('tell of an object that was there before it was heard of, by what iRODS lists', async () => {
    centre.avus = watched;
    const { rules, listings } = await centre.job(cookieOf([described({ sample_consent: ['1'] })]));
    expect({ rules, listings }).toEqual({ rules: ['library-in-study-3765', 'everything-else'], listings: 1 });
  });
});

describe('everything-else', () => {
  it('lists what nothing stopped, with what people need', async () => {
    const { rules, notifications } = await jobOf(judgedLibrary(), created());
    expect(rules).toEqual(['everything-else']);
    expect(notifications).toMatchObject([
      { about: 'object_to_list', data: { path: CRAM, study_ids: ['5012'], manual_qc: ['1'], md5: LIBRARY['md5'] } },
    ]);
  });

  it('lists an object once over all its jobs, whatever comes later', async () => {
    let job = await jobOf(judgedLibrary(), created());
    for (const sample of ['b', 'c']) {
      job = await jobAfter(job, { sample: [sample] }, judgedLibrary({ sample: [sample] }));
      expect(job).toMatchObject({ rules: [], notifications: [], listings: 1 });
    }
    expect((await centre.job(job.cookie)).notifications).toEqual([]);
  });

  it('waits until everything is known: AVUs, QC, and what iRODS lists', async () => {
    centre.avus = judgedLibrary();
    expect((await centre.job(cookieOf([created()]))).rules).toEqual([]);
    expect((await centre.job(cookieOf([created(), described(LIBRARY)]))).rules).toEqual([]);
    expect(await judged(cookieOf([created(), described(judgedLibrary())]))).toEqual([]);
  });

  it('lists nothing that is gone when iRODS is asked', async () => {
    centre.avus = undefined;
    const { rules, cookie, listings } = await centre.job(cookieOf([created(), described(judgedLibrary())]));
    expect({ rules, listings }).toEqual({ rules: [], listings: 1 });
    expect(cookie.enrichments.mostRecent('irods')?.metadata).toMatchObject({ missing: true, code: -310_000 });
  });

  it('is not confused by cookies that are not of iRODS', async () => {
    expect(await centre.job(new Cookie('/data/a.cram'))).toMatchObject({ rules: [], listings: 0 });
    const odd = learn(
      new Cookie(CRAM),
      { source: 'irods_update', metadata: { modified_metadata: 'none', modified_replicas: null } },
      { source: 'irods_update', metadata: { modified_metadata: { manual_qc: [1, null], reference: {} } } },
      { source: 'irods', metadata: { avus: [1, null, { attribute: 'manual_qc' }], after_updates: '2' } },
    );
    expect((await centre.job(odd)).rules).toEqual([]);
  });
});

describe('the listing', () => {
  it('is asked for again after each update, two in one second too', async () => {
    centre.avus = judgedLibrary();
    const first = await centre.job(cookieOf([created(), described(judgedLibrary())]));
    const last = first.cookie.enrichments.mostRecent('irods_update');
    const later = { ...described({ sample: ['x'] }), data_id: '1' };
    const cookie = new Cookie(CRAM, [
      ...first.cookie.enrichments,
      { source: 'irods_update', timestamp: last?.timestamp ?? '', metadata: later },
    ]);
    expect((await centre.job(cookie)).listings).toBe(1);
  });
});

describe('the receivers', () => {
  it('write a line for each notification', async () => {
    const { notifications } = await jobOf(judgedLibrary({ study_id: ['3543'] }), created());
    const [study, object] = notifications;
    if (study === undefined || object === undefined) throw new Error('notifications are missing');
    await Promise.all([
      centre.receive('study-log', study),
      centre.receive('object-list', object),
      centre.receive('object-list', object),
    ]);
    const [line = '', again] = (await readFile(join(centre.home, 'objects.jsonl'), 'utf8')).split('\n');
    expect(JSON.parse(line)).toMatchObject({ id: object.id, object: { path: CRAM } });
    expect(again).toBe(line);
    const told = await readFile(join(centre.home, 'watched-studies.jsonl'), 'utf8');
    expect(JSON.parse(told)).toMatchObject({ id: study.id, library: { study: { id: '3543' } } });
  });

  it('are told only what is theirs', async () => {
    centre.avus = judgedLibrary({ study_id: ['3765'] });
    const listed = learn(cookieOf([created(), described(centre.avus)]), {
      source: 'irods',
      metadata: { avus: avuList(centre.avus), after_updates: 2 },
    });
    const { notifications } = await centre.judge(listed);
    expect(notifications.map(({ notification, receivers }) => [notification.about, receivers])).toEqual([
      ['library_in_watched_study', ['study-log']],
      ['object_to_list', ['object-list']],
      ['nothing_more_to_learn', []],
    ]);
  });
});

function avuList(avus: Avus) {
  return Object.entries(avus).flatMap(([attribute, values]) => values.map((value) => ({ attribute, value })));
}
