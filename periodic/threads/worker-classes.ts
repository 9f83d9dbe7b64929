import type { JsonValue } from '../../cookiejar/json.ts';
import { PeriodicWorker, type PeriodicWorkerContext } from '../periodic-worker.ts';
import type { ExportedClass } from './messages.ts';

/** A class that can be run. */
export interface WorkerClass {
  readonly name: string;
  readonly prototype: object;
  /** Checks its own keys, where it has one; any Standard Schema. */
  readonly schema?: unknown;
  new (context: PeriodicWorkerContext): {
    callback(): Promise<JsonValue | void> | JsonValue | void;
    finished(): Promise<void>;
  };
}

/** The classes that extend PeriodicWorker among the exports of a module, but those that the package itself exports. */
export function workerClasses(module: object, ownExports: object): WorkerClass[] {
  const own = new Set<unknown>(Object.values(ownExports));
  const values: unknown[] = Object.values(module);
  return [...new Set(values)].filter(isWorkerClass).filter((value) => !own.has(value));
}

/** What may leave the thread about a class. An anonymous one has an empty name. */
export function describeClass({ name, prototype }: WorkerClass): ExportedClass {
  // `static name` may be anything; a default export without a name is called "default".
  const known = typeof name === 'string' && name !== 'default' ? name : '';
  return { name: known, runs: 'callback' in prototype && typeof prototype.callback === 'function' };
}

function isWorkerClass(value: unknown): value is WorkerClass {
  if (typeof value !== 'function') return false;
  const prototype: unknown = value.prototype;
  return value === PeriodicWorker || prototype instanceof PeriodicWorker;
}
