import type fc from 'fast-check';
import type { DocumentChange, DocumentContext, Documents } from '../../cookiejar/cookie-jar.ts';
import type { JsonObject } from '../../cookiejar/json.ts';
import { Cookie } from '../../cookiejar/cookie.ts';
import { factsOf } from '../../similarity/analysis/cookie-facts.ts';
import { type CookieFacts, entryOf } from '../../similarity/analysis/index-row.ts';
import { TypeRules } from '../../similarity/analysis/type-rules.ts';
import { NeighbourEngine } from '../../similarity/neighbours/neighbour-engine.ts';
import { ssdeepCompare } from '../../similarity/index.ts';
import { type ConfigInput, type CookieFactsTold, configOf, told } from './analysis-ground.ts';

/** What cookies say, as a test told them. */
export type Model = ReadonlyMap<string, CookieFactsTold>;

function factsIn(model: Model, config: ConfigInput): CookieFacts[] {
  return [...model]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([identifier, facts]) => factsOf(new Cookie(identifier, [told(facts)]), configOf(config)))
    .filter((facts) => facts !== undefined);
}

/** Every pair of digests that scores above the threshold, found by comparing all with all. */
export function allPairs(model: Model, config: ConfigInput): Record<string, JsonObject> {
  const { ssdeep_threshold: threshold, comparison_type_rules: rules } = configOf(config);
  const { mayCompare } = new TypeRules(rules);
  const facts = factsIn(model, config);
  const pairs = facts.flatMap((one, at) =>
    facts.slice(at + 1).flatMap((other) => {
      const score = ssdeepCompare(one.digest ?? '3::', other.digest ?? '3::');
      const similar = score > threshold && mayCompare(one.type, other.type);
      return similar ? [[nameOf(one.identifier, other.identifier), { ssdeep_similarity: score }] as const] : [];
    }),
  );
  return Object.fromEntries(pairs);
}

/** What the engine finds when it is given everything at once, and the families by their names. */
export async function fromScratch(model: Model, config: ConfigInput) {
  const { neighbours, ssdeep_threshold, attribute_threshold, attributes, comparison_type_rules } = configOf(config);
  const engine = new NeighbourEngine({
    neighbours,
    ssdeepThreshold: ssdeep_threshold,
    ...(attributes.length > 0 && { attributeThreshold: attribute_threshold }),
    comparable: new TypeRules(comparison_type_rules).mayCompare,
  });
  await engine.update({ changed: factsIn(model, config).map((facts) => entryOf(facts, (type) => type)) });
  const pairs = new Map<string, JsonObject>();
  for (const id of engine.ids()) {
    for (const { id: other, measurements } of engine.neighboursOf(id) ?? [])
      pairs.set(nameOf(id, other), { ...measurements });
  }
  const families = engine.families().list({ members: 50 });
  return { pairs: Object.fromEntries(pairs), families };
}

function nameOf(one: string, other: string): string {
  return [one, other].toSorted().join(' ~ ');
}

/** Documents whose process dies at one update: from then on nothing more is done for it. */
export class DyingDocuments implements Documents {
  readonly #documents: Documents;
  readonly #dieAt: number;
  readonly #afterwards: boolean;
  #updates = 0;

  /**
   * @param dieAt - at which update, counted from 0
   * @param afterwards - whether that one is still done
   */
  constructor(documents: Documents, dieAt: number, afterwards: boolean) {
    this.#documents = documents;
    this.#dieAt = dieAt;
    this.#afterwards = afterwards;
  }

  get died(): boolean {
    return this.#updates > this.#dieAt;
  }

  async read(ids: readonly string[]): Promise<Map<string, JsonObject>> {
    this.#live();
    return this.#documents.read(ids);
  }

  async update<T>(
    id: string,
    change: (current: JsonObject | undefined, context: DocumentContext) => DocumentChange<T>,
  ): Promise<T> {
    this.#live();
    const dies = this.#updates === this.#dieAt;
    this.#updates += 1;
    if (dies && !this.#afterwards) throw new Error('the process died');
    const result = await this.#documents.update(id, change);
    this.#live();
    return result;
  }

  async *list(prefix: string, after?: string): AsyncIterable<{ readonly id: string; readonly body: JsonObject }> {
    this.#live();
    yield* this.#documents.list(prefix, after);
  }

  async *listIds(prefix: string, after?: string): AsyncIterable<string> {
    this.#live();
    yield* this.#documents.listIds(prefix, after);
  }

  #live(): void {
    if (this.died) throw new Error('the process died');
  }
}

/** Documents whose process stands still from one update on, until it is let go on. */
export class HaltingDocuments implements Documents {
  readonly #documents: Documents;
  readonly #haltAt: number;
  readonly #halted: Promise<void>;
  readonly #goOn: Promise<void>;
  #updates = 0;
  #halt: () => void = () => undefined;
  #release: () => void = () => undefined;

  constructor(documents: Documents, haltAt: number) {
    this.#documents = documents;
    this.#haltAt = haltAt;
    this.#halted = new Promise((resolve) => (this.#halt = resolve));
    this.#goOn = new Promise((resolve) => (this.#release = resolve));
  }

  /** Resolves when it stands still. */
  get halted(): Promise<void> {
    return this.#halted;
  }

  goOn(): void {
    this.#release();
  }

  async read(ids: readonly string[]): Promise<Map<string, JsonObject>> {
    return this.#documents.read(ids);
  }

  async update<T>(
    id: string,
    change: (current: JsonObject | undefined, context: DocumentContext) => DocumentChange<T>,
  ): Promise<T> {
    if (this.#updates++ >= this.#haltAt) {
      this.#halt();
      await this.#goOn;
    }
    return this.#documents.update(id, change);
  }

  list(prefix: string, after?: string): AsyncIterable<{ readonly id: string; readonly body: JsonObject }> {
    return this.#documents.list(prefix, after);
  }

  listIds(prefix: string, after?: string): AsyncIterable<string> {
    return this.#documents.listIds(prefix, after);
  }
}

/** Documents whose updates begin in the order that a scheduler decides on. */
export class ScheduledDocuments implements Documents {
  readonly #documents: Documents;
  readonly #scheduler: fc.Scheduler;

  constructor(documents: Documents, scheduler: fc.Scheduler) {
    this.#documents = documents;
    this.#scheduler = scheduler;
  }

  async read(ids: readonly string[]): Promise<Map<string, JsonObject>> {
    await this.#scheduler.schedule(Promise.resolve());
    return this.#documents.read(ids);
  }

  async update<T>(
    id: string,
    change: (current: JsonObject | undefined, context: DocumentContext) => DocumentChange<T>,
  ): Promise<T> {
    await this.#scheduler.schedule(Promise.resolve());
    return this.#documents.update(id, change);
  }

  list(prefix: string, after?: string): AsyncIterable<{ readonly id: string; readonly body: JsonObject }> {
    return this.#documents.list(prefix, after);
  }

  listIds(prefix: string, after?: string): AsyncIterable<string> {
    return this.#documents.listIds(prefix, after);
  }
}
