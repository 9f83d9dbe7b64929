import { pino } from 'pino';
import { BiscuitTin } from '../../../cookiejar/biscuit-tin.ts';
import type { Documents } from '../../../cookiejar/cookie-jar.ts';
import type { JsonObject, JsonValue } from '../../../cookiejar/json.ts';
import { createWorkerJar } from '../../../periodic/worker-jar.ts';
import { IrodsSweep } from '../../../retrieval/irods/sweep/irods-sweep.ts';
import { type KnownObject, knownObject } from '../../../retrieval/irods/sweep/known-object.ts';
import type { Catalogue } from '../../support/irods/catalogue.ts';
import type { MemoryDocuments } from '../../support/jar-memory.ts';
import { DeathError, ZoneWorld } from '../irods-retrieval/zone-world.ts';
import { DirectZone } from './direct-zone.ts';

/** How one sweep is to go. */
export interface SweepOptions {
  readonly config?: JsonObject;
  /** The run's process dies at its so many-th change of the jar. */
  readonly diesAt?: number;
  /** Or before its so many-th wake. */
  readonly diesAtWake?: number;
  /** Where a repetition goes on. */
  readonly lastProgress?: JsonValue | undefined;
  /** When the sweep that is repeated started. */
  readonly startedAt?: Date;
  readonly signal?: AbortSignal;
}

/** A zone, retrievals and sweeps of it, a jar in memory. */
export class SweepWorld {
  readonly zoneWorld = new ZoneWorld();
  readonly zone: DirectZone;
  /** Cookies that were woken, and what they knew then. */
  readonly woken = new Map<string, string>();
  /** How much sweeps had said of a cookie when it was woken. */
  readonly saidWhenWoken = new Map<string, number>();
  readonly warnings: string[] = [];
  lastBeat: JsonValue | undefined;
  lastStart = new Date(0);

  constructor() {
    this.zone = new DirectZone(this.catalogue.folder);
  }

  get catalogue(): Catalogue {
    return this.zoneWorld.catalogue;
  }

  get documents(): MemoryDocuments {
    return this.zoneWorld.documents;
  }

  /** Lets time pass. */
  pass(seconds: number): void {
    this.zoneWorld.now += seconds;
  }

  /** Retrieves all that there is, some time later. */
  async retrieve(): Promise<void> {
    this.pass(100);
    await this.zoneWorld.run();
  }

  async sweep(options: SweepOptions = {}): Promise<JsonObject> {
    const startedAt = options.startedAt ?? new Date(this.zoneWorld.now * 1000);
    this.lastStart = startedAt;
    this.lastBeat = options.lastProgress;
    const documents = mortal(this.documents, options.diesAt);
    let wakes = 0;
    const worker = new IrodsSweep(
      {
        worker: 'IrodsSweep',
        config: { worker: { collections: ['/seq'], rate: 1000, ...options.config } },
        logger: pino({ level: 'warn' }, { write: (line: string) => this.warnings.push(line) }),
        jar: createWorkerJar({
          jar: new BiscuitTin(documents),
          documents,
          wake: async (identifier) => {
            wakes += 1;
            if (wakes === options.diesAtWake) throw new DeathError('dead');
            this.woken.set(identifier, await this.knowledge(identifier));
            this.saidWhenWoken.set(identifier, await this.timesSaid(identifier));
          },
        }),
        startedAt,
        signal: options.signal ?? new AbortController().signal,
        heartbeat: (progress) => {
          this.lastBeat = progress;
        },
        ...(options.lastProgress === undefined ? {} : { lastProgress: options.lastProgress }),
      },
      this.zone,
    );
    return worker.callback();
  }

  /** What a sweep that died does when it is repeated. */
  async repeat(options: SweepOptions = {}): Promise<JsonObject> {
    return this.sweep({ lastProgress: this.lastBeat, startedAt: this.lastStart, ...options });
  }

  /** Metadata of what is known of an object, in time order. */
  async updates(path: string): Promise<readonly JsonObject[]> {
    return this.zoneWorld.updates(path);
  }

  async known(path: string): Promise<KnownObject | undefined> {
    return knownObject(await this.zoneWorld.jar.fetch(path));
  }

  /** How much sweeps have said of an object. */
  async timesSaid(path: string): Promise<number> {
    return (await this.updates(path)).filter(({ swept }) => swept !== undefined).length;
  }

  async identifiers(): Promise<string[]> {
    const all: string[] = [];
    for await (const identifier of this.zoneWorld.jar.identifiers('')) all.push(identifier);
    return all;
  }

  async knowledge(identifier: string): Promise<string> {
    const [opened] = await this.zoneWorld.jar.open([identifier]);
    return opened?.knowledge ?? '';
  }

  /** Marks all cookies as judged, as far as they were woken for what they know. */
  async settleWoken(): Promise<void> {
    for (const [identifier, knowledge] of this.woken)
      await this.zoneWorld.jar.settle(identifier, {
        knowledge,
        rulebook: 'r',
        job: 'j',
        at: '2026-01-01T00:00:00.000Z',
      });
  }

  /** Ids of the documents that sweeps keep beside the log. */
  async sweepDocuments(): Promise<string[]> {
    const ids: string[] = [];
    for await (const id of this.documents.listIds('irods-sweep:')) ids.push(id);
    return ids;
  }

  close(): void {
    this.zone.shut();
    this.zoneWorld.close();
  }
}

/** What there is of documents dies at the so many-th change. */
function mortal(documents: MemoryDocuments, diesAt: number | undefined): MemoryDocuments {
  let left = diesAt ?? Number.POSITIVE_INFINITY;
  const update: Documents['update'] = async (id, change) => {
    left -= 1;
    if (left <= 0) throw new DeathError('dead');
    return documents.update(id, change);
  };
  return new Proxy(documents, {
    get: (target, name) => {
      if (name === 'update') return update;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
