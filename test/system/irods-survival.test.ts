import { type RunningCommand, startCommand } from '../support/command.ts';
import { layTestGround, type TestGround, until } from '../support/ground.ts';
import { type IrodsWorld, irodsWorld } from '../support/irods/irods-world.ts';

const OVERLAP_SECONDS = 40;
/** Rows come at most so late: the rest of the overlap is for a machine that is busy. */
const LATEST_SECONDS = 15;
const AHEAD_SECONDS = 6;
const OBJECTS = 40;
const STEP_MS = 150;
const KILL_MS = 1500;
/** More would only make Temporal wait longer between the attempts. */
const KILLS = 16;
/** All but the last are killed. */
const WORKERS = 4;
const RECOVERY_MS = 120_000;

let zone: IrodsWorld;

beforeEach(() => {
  zone = irodsWorld('empty');
});

afterEach(() => zone.close());

/** Repeatable chance. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

/** A zone that people work in while it is retrieved, with notes of what must show in the end. */
class BusyZone {
  readonly paths: string[] = [];
  /** By path: every AVU (`attribute=value`), and of each replica the newest state (`number:checksum`). */
  readonly expected = new Map<string, Map<string, string>>();
  readonly #random: (below: number) => number;
  #next = 0;

  constructor(seed: number) {
    this.#random = chance(seed);
  }

  /** One of the things that happen: rows that are late, of this very second, or stamped in the future. */
  step(): void {
    const { catalogue } = zone;
    const at = this.#stamp();
    const path = this.paths[this.#random(this.paths.length)];
    const kind = this.#random(4);
    if (path === undefined || (kind === 0 && this.paths.length < OBJECTS)) this.#put(at);
    else if (kind === 1) {
      const checksum = this.#fresh();
      // A state that never was the newest one when it was looked at need not show; this one stays.
      if (this.expected.get(path)?.has('changed') === true) return;
      catalogue.setReplica(path, 1, { checksum, at });
      this.#expect(path, 'changed', `1:${checksum}`);
    } else {
      const [attribute, value] = [`key${this.#random(3)}`, this.#fresh()];
      catalogue.addAvu(path, { attribute, value }, { at });
      this.#expect(path, `${attribute}=${value}`, `${attribute}=${value}`);
    }
  }

  #put(at: number): void {
    const path = `/seq/run/${this.paths.length}#1.cram`;
    const [first, second] = [this.#fresh(), this.#fresh()];
    zone.catalogue.putObject(path, { at, replicas: [{ checksum: first }, { checksum: second }] });
    this.paths.push(path);
    this.#expect(path, 'first', `0:${first}`);
  }

  #stamp(): number {
    const now = zone.catalogue.clock();
    const kind = this.#random(3);
    if (kind === 0) return now;
    return kind === 1 ? now - this.#random(LATEST_SECONDS) : now + 1 + this.#random(AHEAD_SECONDS);
  }

  #expect(path: string, name: string, text: string): void {
    const known = this.expected.get(path) ?? new Map<string, string>();
    this.expected.set(path, known.set(name, text));
  }

  #fresh(): string {
    this.#next += 1;
    return `v${this.#next}`;
  }
}

/** How often everything shows in an object's updates. */
async function showings({ store }: TestGround, path: string): Promise<ReadonlyMap<string, number>> {
  const shown = new Map<string, number>();
  const cookie = await store.jar.fetch(path);
  for (const { metadata } of cookie?.enrichments.fromSource('irods_update') ?? []) {
    const avus = metadata['modified_metadata'] as Readonly<Record<string, readonly string[]>>;
    const replicas = metadata['modified_replicas'] as readonly { number: number; checksum: string | null }[];
    const texts = [
      ...Object.entries(avus).flatMap(([name, values]) => values.map((value) => `${name}=${value}`)),
      ...replicas.map(({ number, checksum }) => `${number}:${checksum}`),
    ];
    for (const text of texts) shown.set(text, (shown.get(text) ?? 0) + 1);
  }
  return shown;
}

async function showsAll(on: TestGround, busy: BusyZone): Promise<boolean> {
  for (const path of busy.paths) {
    const shown = await showings(on, path);
    if ([...(busy.expected.get(path)?.values() ?? [])].some((text) => !shown.has(text))) return false;
  }
  return true;
}

/** Works in the zone, and kills processes of baton in whatever they do, until it is told to stop. */
class Trouble {
  killed = 0;
  #failure: unknown;
  readonly #timers: NodeJS.Timeout[];

  constructor(busy: BusyZone) {
    this.#timers = [
      setInterval(() => this.#try(() => busy.step()), STEP_MS),
      setInterval(() => this.#try(() => this.#killBaton()), KILL_MS),
    ];
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #killBaton(): void {
    if (this.killed >= KILLS) return;
    for (const pid of zone.alive()) {
      process.kill(pid, 'SIGKILL');
      this.killed += 1;
    }
    // Slow enough to be met in the middle.
    zone.catalogue.fault('writes-slowly', 20, 2);
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failure = error;
    }
  }
}

describe('what a retrieval on a schedule brings', () => {
  it('is everything, once, while rows come late, early and twice, and baton and workers are killed', async () => {
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const overlap = `${OVERLAP_SECONDS} s`;
    await using on = await layTestGround({
      rules: {},
      workers: { IrodsRetrieval: { zone: 'seq', interval: 'every 1 s', settle: '1 s', overlap, since } },
    });
    const environment = { ...on.environment, BATON_BIN_DIR: zone.bin };
    const busy = new BusyZone(4);
    const trouble = new Trouble(busy);
    let worker: RunningCommand | undefined;
    try {
      for (let round = 1; round <= WORKERS; round += 1) {
        worker = startCommand(['worker'], environment, on.folder.base);
        const before = await shownSoFar(on, busy);
        await until(async () => (await shownSoFar(on, busy)) > before, `worker ${round} to get somewhere`, RECOVERY_MS);
        if (round === WORKERS) break;
        worker.signal('SIGKILL');
        await worker.exit;
      }
      trouble.stop();
      await until(async () => showsAll(on, busy), 'everything to be known', RECOVERY_MS);
      await on.settled(RECOVERY_MS);
      for (const path of busy.paths) {
        const shown = await showings(on, path);
        const texts = [...(busy.expected.get(path)?.values() ?? [])];
        expect([path, texts.map((text) => [text, shown.get(text)])]).toEqual([path, texts.map((text) => [text, 1])]);
        expect([path, [...shown].filter(([, times]) => times !== 1)]).toEqual([path, []]);
      }
      expect(await all(on)).toEqual(busy.paths.toSorted());
      expect(trouble.killed).toBeGreaterThan(0);
      worker?.signal('SIGTERM');
      await worker?.exit;
    } finally {
      trouble.stop();
      await worker?.[Symbol.asyncDispose]();
    }
    expect(zone.alive()).toEqual([]);
  }, 600_000);
});

/** How much of what there is shows already. */
async function shownSoFar(on: TestGround, { paths }: BusyZone): Promise<number> {
  let sum = 0;
  for (const path of paths) sum += (await showings(on, path)).size;
  return sum;
}

async function all({ store }: TestGround): Promise<string[]> {
  const identifiers: string[] = [];
  for await (const identifier of store.jar.identifiers('')) identifiers.push(identifier);
  return identifiers;
}
