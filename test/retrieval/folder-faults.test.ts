import { join } from 'node:path';
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setImmediate as breath } from 'node:timers/promises';
import { listRetrievals } from '../../retrieval/retrieval-log.ts';
import { FILES_PER_PART } from '../../retrieval/folder/listings.ts';
import { comesBefore, isWithin } from '../../retrieval/folder/walk-order.ts';
import { startTestJar, type TestJar } from '../support/jar.ts';
import { type FolderWorld, folderWorld, forgetfulJar } from './folder-world.ts';

/** The jar shares the machine with whatever else is tested. */
const PATIENCE_MS = 60_000;

let server: TestJar;
let world: FolderWorld;

beforeAll(async () => {
  server = await startTestJar();
});

afterAll(async () => server.stop());

beforeEach(async () => {
  world = await folderWorld(server);
});

afterEach(async () => world.close());

function writeFiles(count: number, perFolder: number): void {
  for (let i = 0; i < count; i++) world.write(`d${Math.floor(i / perFolder)}/f${i}`, `${i}`);
}

function failingAt(n: number): () => void {
  let calls = 0;
  return () => {
    if (++calls === n) throw new Error('Temporal is away');
  };
}

describe('a folder retrieval that does not come to its end', () => {
  it(
    'wakes every cookie when it is repeated, also those stored before',
    async () => {
      writeFiles(250, 10);
      await expect(world.run({ onWake: failingAt(7) })).rejects.toThrow('Temporal is away');
      expect(world.woken.length).toBeLessThan(30);
      const result = await world.run();
      expect(new Set(world.woken).size).toBe(250);
      expect(result).toMatchObject({ count: 250, stored: 50, woken: 250 });
      const [success, failure] = await listRetrievals(world.documents);
      expect(success).toMatchObject({ failure: null, count: 250 });
      expect(failure).toMatchObject({ failure: 'Temporal is away', count: 0 });
    },
    PATIENCE_MS,
  );

  it(
    'does not wake again what was judged meanwhile, but for it wakes the rest',
    async () => {
      writeFiles(50, 50);
      await expect(world.run({ onWake: failingAt(20) })).rejects.toThrow();
      await world.settleAll();
      const unwoken = join(world.root, 'd0/f3');
      await world.jar.enrich([
        { identifier: unwoken, enrichments: [{ source: 'x', timestamp: new Date().toISOString(), metadata: {} }] },
      ]);
      world.woken.length = 0;
      await world.run();
      expect(world.woken).toEqual(['d0/f3']);
    },
    PATIENCE_MS,
  );

  it(
    'goes on after the folders that were done, when it is repeated',
    async () => {
      writeFiles(500, 5);
      await expect(world.run({ onWake: failingAt(350) })).rejects.toThrow();
      const lastProgress = world.beats.findLast((beat) => beat !== undefined);
      expect(lastProgress).toMatchObject({ position: { root: world.root }, progress: { count: 200 } });
      world.woken.length = 0;
      world.reads.ids = 0;
      const result = await world.run({ lastProgress });
      expect(world.woken.length).toBe(300);
      // Folders come in groups of 64; the last one of them may be looked at again.
      expect(result).toMatchObject({ count: 500, woken: 500 });
      expect(world.reads.ids).toBeLessThan(70);
      await world.settleAll();
      world.woken.length = 0;
      await world.run();
      expect(world.woken).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'gives a changed file the same time stamp when it is repeated',
    async () => {
      const file = world.write('f', 'a');
      await world.run();
      writeFileSync(file, 'b');
      await expect(world.run({ onWake: failingAt(1) })).rejects.toThrow();
      expect(await world.run()).toMatchObject({ count: 1, stored: 0, woken: 1 });
      expect((await world.jar.fetch(file))?.enrichments.length).toBe(2);
    },
    PATIENCE_MS,
  );

  it(
    'stops soon when it is told to, and says so in the log',
    async () => {
      writeFiles(500, 100);
      const stop = new AbortController();
      let woken = 0;
      const onWake = (): void => {
        if (++woken === 50) stop.abort(new Error('shutdown'));
      };
      await expect(world.run({ signal: stop.signal, onWake })).rejects.toThrow('shutdown');
      expect(world.woken.length).toBeLessThanOrEqual(200);
      expect((await listRetrievals(world.documents))[0]?.failure).toBe('shutdown');
    },
    PATIENCE_MS,
  );

  it(
    'wakes a cookie only after its enrichment is stored',
    async () => {
      writeFiles(30, 5);
      await world.run({
        onWake: async (identifier) => {
          expect((await world.jar.fetch(identifier))?.enrichments.length).toBe(1);
        },
      });
      expect(world.woken).toHaveLength(30);
    },
    PATIENCE_MS,
  );
});

describe('a folder retrieval among writers', () => {
  it(
    'loses no change of files that are written while it reads',
    async () => {
      const paths = Array.from({ length: 20 }, (_, i) => world.write(`f${i}`, ''));
      const writing = new AbortController();
      const writer = (async () => {
        for (let turn = 0; !writing.signal.aborted; turn++) {
          for (const path of paths) appendFileSync(path, `${turn}`);
          await breath();
        }
      })();
      for (let run = 0; run < 3; run++) await world.run();
      writing.abort();
      await writer;
      await world.run();
      for (const path of paths) {
        const cookie = await world.jar.fetch(path);
        const last = [...(cookie?.enrichments ?? [])].at(-1);
        const content = readFileSync(path);
        expect(last?.metadata).toMatchObject({
          size: content.length,
          sha256: createHash('sha256').update(content).digest('hex'),
        });
      }
    },
    PATIENCE_MS,
  );

  it(
    'takes a file that vanishes after it was listed for no error',
    async () => {
      writeFiles(300, 300);
      let removed = false;
      const onWake = (): void => {
        if (!removed) rmSync(join(world.root, 'd0/f99'));
        removed = true;
      };
      const result = await world.run({ onWake });
      expect(result).toMatchObject({ source: { vanished: 1 }, count: 299 });
    },
    PATIENCE_MS,
  );
});

describe('the memory of a folder retrieval', () => {
  it(
    'costs an unchanged tree one read per folder, many in one request',
    async () => {
      writeFiles(5000, 50);
      await world.run({ jar: forgetfulJar });
      world.reads.calls = 0;
      world.reads.ids = 0;
      expect(await world.run({ jar: forgetfulJar })).toMatchObject({ count: 0, source: { folders: 101, files: 5000 } });
      expect(world.reads.ids).toBe(101);
      expect(world.reads.calls).toBeLessThan(8);
    },
    PATIENCE_MS,
  );

  it(
    'spreads over parts as a folder grows, and forgets nothing while it does',
    async () => {
      const options = { config: { hash: 'never' }, jar: forgetfulJar };
      const parts: number[] = [];
      let files = 0;
      for (const count of [FILES_PER_PART - 10, FILES_PER_PART + 5, 2 * FILES_PER_PART, 5 * FILES_PER_PART]) {
        for (let i = files; i < count; i++) world.write(`many/f${i}`, '');
        expect(await world.run(options)).toMatchObject({ count: count - files });
        expect(await world.run(options)).toMatchObject({ count: 0 });
        files = count;
        parts.push(await countParts());
      }
      expect(parts).toEqual([0, 2, 2, 8]);
    },
    PATIENCE_MS,
  );

  it(
    'is kept by what it had done of a large folder',
    async () => {
      for (let i = 0; i < 3 * FILES_PER_PART; i++) world.write(`f${i}`, '');
      const options = { config: { hash: 'never' }, jar: forgetfulJar };
      await expect(world.run({ ...options, onWake: failingAt(2500) })).rejects.toThrow();
      const result = await world.run(options);
      expect(result['count']).toBeLessThan(2 * FILES_PER_PART);
      expect(new Set(world.woken).size).toBe(3 * FILES_PER_PART);
    },
    PATIENCE_MS,
  );
});

describe('the order of the walk', () => {
  const path = fc.array(fc.constantFrom('a', 'a.b', 'a-', 'b', 'ü'), { maxLength: 4 }).map((parts) => parts.join('/'));

  it(
    'is one order, with folders right before what lies in them',
    () => {
      fc.assert(
        fc.property(path, path, path, (a, b, c) => {
          expect(comesBefore(a, b) || comesBefore(b, a)).toBe(a !== b);
          if (comesBefore(a, b) && comesBefore(b, c)) expect(comesBefore(a, c)).toBe(true);
          if (isWithin(a, b) && a !== b) expect(comesBefore(a, b)).toBe(true);
          if (isWithin(a, c) && comesBefore(a, b) && comesBefore(b, c)) expect(isWithin(a, b)).toBe(true);
        }),
        { numRuns: 1000 },
      );
    },
    PATIENCE_MS,
  );
});

async function countParts(): Promise<number> {
  let parts = 0;
  for await (const { id } of world.documents.list('folder-listing:')) if (id.includes('//')) parts += 1;
  return parts;
}
