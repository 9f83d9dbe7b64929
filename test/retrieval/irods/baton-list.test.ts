import type { IrodsReader } from '../../../rulebook/authoring/context.ts';
import { BatonList, type BatonListOptions } from '../../../retrieval/irods/baton-list.ts';
import { type IrodsWorld, irodsWorld } from '../../support/irods/irods-world.ts';

const RUN = '/seq/13240';
const CRAM = `${RUN}/13240_2#31.cram`;
const UNCHECKED = `${RUN}/13240_2#168.cram`;
const IN_FLIGHT = `${RUN}/inflight.cram`;
const MISSING = `${RUN}/missing.cram`;

let world: IrodsWorld;
const open: BatonList[] = [];

beforeEach(() => {
  world = irodsWorld();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((list) => list.close()));
  expect(world.alive()).toEqual([]);
  world.close();
});

function listOf(options: BatonListOptions = {}): BatonList {
  const list = new BatonList({ binDir: world.bin, ...options });
  open.push(list);
  return list;
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('what was waited for did not come about');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('a listing', () => {
  it('is what rules and loaders are given to read with', async () => {
    const reader: IrodsReader = listOf();
    expect(await reader.list(CRAM)).toMatchObject({ data_object: '13240_2#31.cram' });
  });

  it('is the same each time, in whatever order the catalogue gives it', async () => {
    world.catalogue.set('shuffle', 'on');
    const list = listOf({ processes: 1 });
    const first = await list.list(CRAM);
    for (let round = 0; round < 5; round += 1) expect(await list.list(CRAM)).toEqual(first);
  });

  it('of a collection says so, with and without a slash at the end', async () => {
    const list = listOf({ processes: 1 });
    const listing = await list.list(RUN);
    expect(listing).toEqual({ collection: RUN, avus: [], access: [], timestamps: [] });
    expect(await list.list(`${RUN}/`)).toEqual(listing);
    expect((await list.list('/seq')).collection).toBe('/seq');
  });

  it('leaves the replicas out while one of them is being written', async () => {
    const listing = await listOf().list(IN_FLIGHT);
    expect(listing).toMatchObject({ data_object: 'inflight.cram', checksum: 'c'.repeat(32) });
    expect(listing).not.toHaveProperty('replicates');
    expect(world.connections().made).toBe(1);
  });

  it('says in words of its own what iRODS 4.3 calls otherwise', async () => {
    world.catalogue.allow(UNCHECKED, { owner: 'a', zone: 'seq', level: 'read_object' });
    world.catalogue.allow(UNCHECKED, { owner: 'b', zone: 'seq', level: 'modify object' });
    world.catalogue.allow(UNCHECKED, { owner: 'c', zone: 'seq', level: 'create_metadata' });
    const { access } = await listOf().list(UNCHECKED);
    expect(access?.map(({ level }) => level)).toEqual(['read', 'write', 'create_metadata', 'own']);
  });

  it('takes any name that a path can have', async () => {
    const name = `"quoted" 'single' \\back\\ größe ☕ 🧬 #%&?*\ttab\nline.cram`;
    world.catalogue.putObject(`/seq/odd/${name}`);
    world.catalogue.addAvu(`/seq/odd/${name}`, { attribute: 'näme', value: '\u0001\u001f"\\/🧬' });
    const { data_object: listed, avus } = await listOf().list(`/seq/odd/${name}`);
    expect(listed).toBe(name);
    expect(avus).toEqual([{ attribute: 'näme', value: '\u0001\u001f"\\/🧬' }]);
  });

  it('of a collection with many entries comes whole', async () => {
    world.catalogue.together(() => {
      for (let index = 0; index < 5000; index += 1) world.catalogue.putObject(`/seq/many/object-${index}`);
      world.catalogue.putCollection('/seq/many/below/deeper');
    });
    const { objects, collections } = await listOf().contents('/seq/many');
    expect(objects).toHaveLength(5000);
    expect(objects).toContain('/seq/many/object-4999');
    expect(collections).toEqual(['/seq/many/below']);
    expect((await listOf().contents('/')).collections).toEqual(['/seq']);
  });

  it.each(['relative/path', '', '/seq//double', '/seq/../up', '/seq/./here'])('is refused for %j', async (path) => {
    await expect(listOf().list(path)).rejects.toMatchObject({ name: 'BatonRefusalError', retryable: false });
    expect(world.connections().made).toBe(0);
  });

  it('that fails leaves the others and the connection as they are', async () => {
    const list = listOf({ processes: 1 });
    const answers = await Promise.allSettled([list.list(CRAM), list.list(MISSING), list.list(UNCHECKED)]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(world.connections().made).toBe(1);
  });
});

describe('the pool', () => {
  it('asks through no more processes than it may, and keeps them', async () => {
    const list = listOf({ processes: 3 });
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(Array.from({ length: 20 }, () => list.list(CRAM)));
    }
    expect(world.connections().made).toBe(3);
  });

  it('starts no second process while one is enough', async () => {
    const list = listOf();
    for (let round = 0; round < 5; round += 1) await list.list(CRAM);
    expect(world.connections().made).toBe(1);
  });

  it('gives each asker the answer to its own question', async () => {
    world.catalogue.together(() => {
      for (let index = 0; index < 50; index += 1) world.catalogue.putObject(`/seq/own/${index}`);
    });
    const list = listOf({ processes: 4 });
    const listed = await Promise.all(Array.from({ length: 200 }, (_, index) => list.list(`/seq/own/${index % 50}`)));
    expect(listed.map(({ data_object: name }) => name)).toEqual(listed.map((_, index) => String(index % 50)));
  });

  it('ends its processes when it is closed, and refuses what comes later', async () => {
    const list = listOf({ processes: 2 });
    await Promise.all([list.list(CRAM), list.list(UNCHECKED)]);
    expect(world.alive()).toHaveLength(2);
    await list.close();
    expect(world.alive()).toEqual([]);
    await expect(list.list(CRAM)).rejects.toMatchObject({ name: 'BatonClosedError' });
  });

  it('closed in the middle, tells all who wait', async () => {
    world.catalogue.fault('hangs-after', 0);
    const list = listOf({ processes: 1 });
    const waiting = Promise.allSettled([list.list(CRAM), list.list(CRAM), list.list(CRAM)]);
    await until(() => world.connections().made === 1);
    await list.close();
    for (const outcome of await waiting) expect(outcome).toMatchObject({ reason: { name: 'BatonClosedError' } });
    expect(world.alive()).toEqual([]);
  });
});

describe('when something fails, a listing', () => {
  it.each([
    ['the connection breaks', 'lost-after', 1],
    ['the process stops reading', 'ends-after', 1],
    ['the process aborts', 'aborts-after', 1],
    ['the process is killed in the middle of an answer', 'cuts-output', 100],
  ] as const)('is asked for again when %s', async (_, fault, value) => {
    world.catalogue.fault(fault, value, 2);
    const list = listOf({ processes: 1 });
    for (let round = 0; round < 4; round += 1)
      expect(await list.list(CRAM)).toMatchObject({ data_object: '13240_2#31.cram' });
    expect(world.connections().made).toBe(3);
  });

  it('is asked for again when the server was down for a moment', async () => {
    world.catalogue.fault('server-down', 0, 2);
    expect(await listOf().list(CRAM)).toMatchObject({ size: 3294829310 });
    expect(world.connections()).toEqual({ made: 1, refused: 2 });
  });

  it('fails, to be repeated later, when the server stays down; and works when it is back', async () => {
    world.catalogue.fault('server-down');
    const list = listOf();
    await expect(list.list(CRAM)).rejects.toMatchObject({ name: 'IrodsConnectionError', retryable: true });
    world.catalogue.clearFaults();
    expect(await list.list(CRAM)).toMatchObject({ collection: RUN });
  });

  it('fails for good when the password is not taken, which only stderr says', async () => {
    world.catalogue.fault('login-fails', -826000);
    await expect(listOf().list(CRAM)).rejects.toMatchObject({
      name: 'IrodsSetupError',
      code: -826000,
      retryable: false,
    });
    expect(world.connections().refused).toBe(1);
  });

  it('fails for good when there is no baton', async () => {
    const missing = listOf({ binDir: '/nonexistent/bin' }).list(CRAM);
    await expect(missing).rejects.toMatchObject({ name: 'IrodsSetupError', retryable: false });
    await expect(missing).rejects.toThrow(/\/nonexistent\/bin\/baton-do cannot be run; allowed: BATON_BIN_DIR/);
  });

  it.each([
    [-305111, 'IrodsConnectionError', true],
    [-818000, 'IrodsPathUnavailableError', false],
    [1, 'IrodsPathUnavailableError', false],
    [-26000, 'IrodsSetupError', false],
    [-1, 'BatonRefusalError', false],
    [-816000, 'BatonRefusalError', false],
    [-9999000, 'IrodsServerError', true],
  ])('takes code %d for %s', async (code, name, retryable) => {
    world.catalogue.fault('fails-with', code);
    await expect(listOf().list(CRAM)).rejects.toMatchObject({ name, code, retryable });
  });

  it('fails when the answer is no JSON, and the process is not used again', async () => {
    world.catalogue.fault('garbles', 0, 1);
    const list = listOf({ processes: 1 });
    await expect(list.list(CRAM)).rejects.toMatchObject({ name: 'BatonAnswerError', retryable: false });
    expect(await list.list(CRAM)).toMatchObject({ collection: RUN });
    expect(world.connections().made).toBe(2);
  });

  it.each(['hangs-after', 'loses-answers'] as const)(
    'fails in time when no answer comes (%s), and the process is gone',
    async (fault) => {
      world.catalogue.fault(fault, 0, 1);
      const list = listOf({ processes: 1, timeoutMs: 1000 });
      await expect(list.list(CRAM)).rejects.toMatchObject({ name: 'BatonTimeoutError', retryable: true });
      expect(world.alive()).toEqual([]);
      expect(await list.list(CRAM)).toMatchObject({ collection: RUN });
    },
  );

  it('ends with the reason of its signal, and leaves no process behind', async () => {
    world.catalogue.fault('hangs-after', 0, 1);
    const list = listOf({ processes: 1 });
    const abort = new AbortController();
    const asked = list.list(CRAM, { signal: abort.signal });
    const queued = list.list(UNCHECKED);
    await until(() => world.connections().made === 1);
    abort.abort(new Error('no longer wanted'));
    await expect(asked).rejects.toThrow('no longer wanted');
    expect(await queued).toMatchObject({ data_object: '13240_2#168.cram' });
    expect(world.alive()).toHaveLength(1);
  });

  it('never begins when it is called off while it waits for its turn', async () => {
    world.catalogue.fault('hangs-after', 0, 1);
    const list = listOf({ processes: 1 });
    const first = new AbortController();
    const second = new AbortController();
    const outcomes = Promise.allSettled([
      list.list(CRAM, { signal: first.signal }),
      list.list(CRAM, { signal: second.signal }),
    ]);
    await until(() => world.connections().made === 1);
    second.abort(new Error('second'));
    first.abort(new Error('first'));
    expect(await outcomes).toMatchObject([{ reason: { message: 'first' } }, { reason: { message: 'second' } }]);
    // The first may have ended before it came to hang.
    world.catalogue.clearFaults();
    expect(await list.list(CRAM)).toMatchObject({ collection: RUN });
    expect(world.connections().made).toBe(2);
  });

  it('comes whole when it is written slowly, in pieces', async () => {
    world.catalogue.fault('writes-slowly', 5);
    expect((await listOf().list(CRAM)).avus).toHaveLength(13);
  });
});
