import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pino } from 'pino';
import { z } from 'zod';
import type { CookieJar, Documents } from '../../cookiejar/cookie-jar.ts';
import type { JsonObject, JsonValue } from '../../cookiejar/json.ts';
import { openJar } from '../../cookiejar/open-jar.ts';
import { type WorkerJarParts, createWorkerJar } from '../../periodic/worker-jar.ts';
import { type RetrieverContext, shippedWorkers } from '../../retrieval/shipped-workers.ts';
import type { TestJar } from '../support/jar.ts';

const resultSchema = z.record(z.string(), z.json());

/** How one run of a folder retrieval is to go. */
interface RunOptions {
  readonly config?: JsonObject;
  readonly lastProgress?: JsonValue | undefined;
  readonly signal?: AbortSignal;
  /** Called before a cookie is woken; throws to simulate an outage. */
  readonly onWake?: (identifier: string) => Promise<void> | void;
  readonly leaveOut?: readonly string[];
  /** Where cookies go instead of the real jar, for tests of what is remembered of very many files. */
  readonly jar?: WorkerJarParts['jar'];
}

/** Takes everything for new and wakes it, and keeps nothing. */
export const forgetfulJar: WorkerJarParts['jar'] = {
  fetch: async () => undefined,
  fetchAll: async () => new Map(),
  async *cookies() {},
  async *changes() {},
  position: async () => '',
  enrich: async (updates) =>
    updates.map(({ identifier, enrichments }) => ({ identifier, stored: enrichments, knowledge: '', unsettled: true })),
};

/** A folder of real files, a real jar, and what retrievals did with them. */
export interface FolderWorld {
  readonly root: string;
  readonly jar: CookieJar;
  readonly documents: Documents;
  /** Paths below the root, in the order they were woken. */
  readonly woken: string[];
  /** What was said with heartbeats. */
  readonly beats: (JsonValue | undefined)[];
  /** How often documents were read, and how many. */
  readonly reads: { calls: number; ids: number };
  write(path: string, content?: string): string;
  run(options?: RunOptions): Promise<JsonObject>;
  /** Marks all cookies as judged, so that only news wakes them. */
  settleAll(): Promise<void>;
  close(): Promise<void>;
}

/** Makes a world of its own for one test. */
export async function folderWorld(server: TestJar): Promise<FolderWorld> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'folder-')));
  const opened = await openJar({ url: server.url, database: server.newDatabase(), batchMs: 1 });
  const { jar } = opened;
  const reads = { calls: 0, ids: 0 };
  const documents = countReads(opened.documents, reads);
  const woken: string[] = [];
  const beats: (JsonValue | undefined)[] = [];
  const run = async (options: RunOptions = {}): Promise<JsonObject> => {
    const wake = async (identifier: string): Promise<void> => {
      await options.onWake?.(identifier);
      woken.push(relative(root, identifier));
    };
    const worker = shippedWorkers['FolderRetrieval']?.create({
      worker: 'FolderRetrieval',
      config: { worker: { log_level: 'INFO', interval: 'hourly', root, ...options.config } },
      logger: pino({ level: 'silent' }),
      jar: createWorkerJar({ jar: options.jar ?? jar, documents, wake }),
      signal: options.signal ?? new AbortController().signal,
      startedAt: new Date(),
      heartbeat: (progress) => beats.push(progress),
      leaveOut: options.leaveOut ?? [],
      ...(options.lastProgress === undefined ? {} : { lastProgress: options.lastProgress }),
    } satisfies RetrieverContext);
    return resultSchema.parse(await worker?.callback());
  };
  return {
    root,
    jar,
    documents,
    woken,
    beats,
    reads,
    write: (path, content = path) => writeFile(join(root, path), content),
    run,
    settleAll: () => settleAll(jar),
    close: async () => {
      await opened.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function countReads(documents: Documents, reads: { calls: number; ids: number }): Documents {
  return new Proxy(documents, {
    get: (target, name) => {
      if (name !== 'read') {
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      }
      return (ids: readonly string[]) => {
        reads.calls += 1;
        reads.ids += ids.length;
        return target.read(ids);
      };
    },
  });
}

function writeFile(path: string, content: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

async function settleAll(jar: CookieJar): Promise<void> {
  const identifiers: string[] = [];
  for await (const identifier of jar.identifiers('')) identifiers.push(identifier);
  const opened = await jar.open(identifiers);
  const at = new Date().toISOString();
  await Promise.all(
    opened.map(({ cookie, knowledge }) => jar.settle(cookie.identifier, { knowledge, rulebook: 'r', job: 'j', at })),
  );
}
