import { randomUUID } from 'node:crypto';
import type { CookieFeed, Documents } from '../../cookiejar/cookie-jar.ts';
import { contentHash } from '../../cookiejar/enrichment-key.ts';
import { CorruptDocumentError } from '../../cookiejar/errors.ts';
import { type AnalysisState, type AnalysisTotals, StateDocument } from './analysis-state.ts';
import { Prefix, type Slot, otherSlot } from './document-ids.ts';
import { OvertakenError } from './errors.ts';
import { MEMBERS_NAMED, familiesOf, familyChanges } from './family-changes.ts';
import { type Gathered, gatherChanges } from './gather-changes.ts';
import type { Family } from '../families/family.ts';
import { inStrides } from '../neighbours/in-strides.ts';
import { leftovers } from './leftovers.ts';
import { type AnalysisLimits, DEFAULT_LIMITS } from './limits.ts';
import { type Following, LinkKeeper } from './link-keeper.ts';
import { type PairCounts, PairChanges } from './pair-changes.ts';
import { type PlannedChange, PlannedChanges } from './planned-changes.ts';
import type { SimilarityConfig } from './similarity-config.ts';
import { SimilarityIndex } from './similarity-index.ts';
import { Versions } from './versions.ts';

/** Changes with the way in which cookies are read or compared: what was made otherwise is made again. */
const FORM = 1;

/** What a run works with. */
export interface AnalysisInput {
  readonly jar: Pick<CookieFeed, 'changes' | 'fetchAll'>;
  readonly documents: Documents;
  readonly config: SimilarityConfig;
  readonly signal: AbortSignal;
  /** Hears often that the run is alive, and how far it has come. */
  readonly progress?: (stage: string, done: number, of?: number) => void;
  readonly limits?: Partial<AnalysisLimits>;
}

/** What came of a run. */
export interface AnalysisOutcome extends AnalysisTotals, PairCounts {
  /** How many cookies came, changed or went, as far as the analysis is concerned. */
  readonly changed: number;
  /** How many were compared with all others. */
  readonly compared: number;
  /** Whether a later run has begun meanwhile, which does the rest. */
  readonly overtaken: boolean;
}

/** How often a run goes on after it has caught up with the feed, which tells its own writes too. */
const TIMES_CAUGHT_UP = 2;

/** Others do not change the state so often just when a run begins. */
const MAX_ATTEMPTS = 5;

const NOTHING: AnalysisTotals = { cookies: 0, families: 0, largest_family: 0 };

/**
 * Brings the relationships and families in the jar up to date with its cookies. May be repeated at any time, also after it failed halfway,
 * and by several at once: then the last one that begins to write does the work, and the others end.
 */
export async function runAnalysis(input: AnalysisInput): Promise<AnalysisOutcome> {
  for (let attempt = 1; ; attempt += 1) {
    const run = new AnalysisRun(input);
    try {
      await run.begin();
      await run.follow();
      return run.outcome;
    } catch (error) {
      if (!(error instanceof OvertakenError) && !(await run.isOvertaken(error))) throw error;
      // Whoever changed the state before this run began to write may be done, and know nothing of what this one found.
      if (run.hasWritten || attempt === MAX_ATTEMPTS) return { ...run.outcome, overtaken: true };
    }
  }
}

class AnalysisRun {
  readonly #input: AnalysisInput;
  readonly #limits: AnalysisLimits;
  readonly #stateDocument: StateDocument;
  readonly #versions: Versions;
  readonly #planned: PlannedChanges;
  readonly #name = randomUUID();
  readonly #facts: string;
  readonly #results: string;
  readonly #counts = { changed: 0, compared: 0, added: 0, changed_scores: 0, removed: 0 };
  #told: [stage: string, done: number, of: number | undefined] = ['beginning', 0, undefined];
  #state: AnalysisState | undefined;
  #index: SimilarityIndex;
  #keeper: LinkKeeper | undefined;

  constructor(input: AnalysisInput) {
    const { documents, limits, config } = input;
    this.#input = input;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#stateDocument = new StateDocument(documents);
    this.#versions = new Versions(documents);
    this.#planned = new PlannedChanges(documents, this.#limits.todoBytes);
    this.#index = new SimilarityIndex(this.#versions, undefined, this.#limits.partBytes);
    const { digests, types, attributes, ...results } = config;
    this.#facts = contentHash([FORM, digests, types, attributes]);
    this.#results = contentHash([FORM, results, attributes.length > 0]);
  }

  get outcome(): AnalysisOutcome {
    return { ...(this.#state?.totals ?? NOTHING), ...this.#counts, overtaken: false };
  }

  /** Whether this run has taken a turn. */
  get hasWritten(): boolean {
    return this.#state?.run === this.#name;
  }

  /** Reads where the analysis has got to, and ends what an earlier run has begun. */
  async begin(): Promise<void> {
    this.#state = await this.#stateDocument.read();
    if (this.#state?.todo) {
      await this.#takeTurn();
      await this.#makeChanges();
    }
    const version = this.#state?.index;
    if (version === undefined) return;
    const manifest = await this.#versions.readManifest(version);
    if (manifest === undefined) throw new CorruptDocumentError(Prefix.MANIFEST + version.slot, 'it is of another turn');
    this.#index = new SimilarityIndex(this.#versions, manifest, this.#limits.partBytes);
  }

  /** Follows the change feed in rounds, each of which leaves everything in order. */
  async follow(): Promise<void> {
    for (let timesCaughtUp = 0, rounds = 0; ; rounds += 1) {
      const gathered = await this.#gather();
      const isNews = gathered.changes.size > 0 || !this.#isCurrent();
      if (!isNews) await this.#moveOn(gathered.position);
      if (!isNews || timesCaughtUp === TIMES_CAUGHT_UP) return rounds === 0 ? undefined : this.#tidy();
      await this.#round(gathered);
      if (gathered.caughtUp) timesCaughtUp += 1;
    }
  }

  /** Whether a failure comes of a later run's doings. */
  async isOvertaken(error: unknown): Promise<boolean> {
    if (!(error instanceof CorruptDocumentError)) return false;
    const state = await this.#stateDocument.read();
    return state?.turn !== this.#state?.turn || state?.run !== this.#state?.run;
  }

  async #gather(): Promise<Gathered> {
    return gatherChanges({
      jar: this.#input.jar,
      config: this.#input.config,
      index: this.#index,
      since: this.#state?.facts === this.#facts ? this.#state.position : undefined,
      enough: this.#limits.roundCookies,
      progress: (stage, done) => this.#beat(stage, done),
    });
  }

  #isCurrent(): boolean {
    return this.#state?.facts === this.#facts && this.#state.results === this.#results;
  }

  async #moveOn(position: string | undefined): Promise<void> {
    const state = this.#state;
    if (state === undefined || position === undefined || position === state.position) return;
    this.#state = { ...state, position };
    await this.#stateDocument.replace(state, this.#state);
  }

  async #round({ changes, position }: Gathered): Promise<void> {
    const state = await this.#takeTurn();
    await this.#index.load((done, of) => this.#beat('reading the index', done, of));
    const families = familiesOf(inStrides(this.#index.rows(), () => this.#alive()));
    this.#keeper ??= new LinkKeeper(
      this.#index,
      this.#input.config,
      state.results !== this.#results,
      this.#following(),
    );
    const changed = await this.#keeper.update(changes);
    const known = this.#keeper.families().list({ members: MEMBERS_NAMED });
    const pairs = new PairChanges(changed, (ref) => this.#index.get(ref), new Date().toISOString(), state.departures);
    const plan = this.#plan(pairs, familyChanges(families, known), state.index === undefined ? known : undefined);
    const documents = await this.#planned.writeDown(state.turn, plan, () => this.#beat('planning changes', 0));
    await this.#putInForce({
      ...state,
      index: await this.#saveIndex(state),
      facts: this.#facts,
      results: this.#results,
      departures: state.departures || [...changes.values()].includes(undefined),
      totals: { cookies: this.#index.size, families: known.length, largest_family: known[0]?.size ?? 0 },
      ...(position !== undefined && { position }),
      ...(documents > 0 && { todo: { turn: state.turn, documents } }),
    });
    this.#count({ changed: changes.size, ...pairs.counts });
    await this.#makeChanges();
  }

  async *#plan(
    pairs: PairChanges,
    families: Iterable<PlannedChange>,
    lost: readonly Family[] | undefined,
  ): AsyncGenerator<PlannedChange, void, undefined> {
    yield* pairs.plan();
    yield* families;
    if (lost) yield* leftovers(this.#input.documents, this.#index, lost, () => this.#alive());
  }

  async #takeTurn(): Promise<AnalysisState> {
    const found = this.#state;
    // Above all turns that were ever taken, also where the state was lost.
    const fresh = { departures: await this.#isLost(), facts: '', results: '', totals: NOTHING };
    const taken = { ...(found ?? fresh), turn: (found?.turn ?? Date.now()) + 1, run: this.#name };
    await this.#stateDocument.replace(found, taken);
    this.#state = taken;
    return taken;
  }

  async #isLost(): Promise<boolean> {
    return this.#state === undefined && this.#stateDocument.isLost();
  }

  async #saveIndex({ turn, index }: AnalysisState): Promise<{ turn: number; slot: Slot }> {
    const manifest = await this.#index.save(turn, () => this.#beat('writing the index', 0));
    const slot = otherSlot(index?.slot ?? 'b');
    await this.#versions.writeManifest(turn, slot, manifest);
    return { turn, slot };
  }

  async #putInForce(state: AnalysisState): Promise<void> {
    await this.#stateDocument.write(state);
    this.#state = state;
  }

  /** Makes the changes that belong to the index in force. */
  async #makeChanges(): Promise<void> {
    if (this.#state?.todo === undefined) return;
    const { todo, ...done } = this.#state;
    await this.#planned.make(todo, (made, of) => this.#beat('writing relationships', made, of));
    await this.#putInForce(done);
  }

  async #tidy(): Promise<void> {
    const { turn = 0 } = this.#state ?? {};
    await this.#planned.tidy(turn);
    await this.#versions.tidy(turn, this.#index.prefixes());
  }

  #following(): Following {
    return {
      signal: this.#input.signal,
      progress: ({ done, wanted }) => {
        this.#counts.compared += 1;
        this.#beat('comparing', done, wanted);
      },
      alive: () => this.#alive(),
    };
  }

  #count({ changed, added, changed_scores, removed }: PairCounts & { changed: number }): void {
    this.#counts.changed += changed;
    this.#counts.added += added;
    this.#counts.changed_scores += changed_scores;
    this.#counts.removed += removed;
  }

  #beat(stage: string, done: number, of?: number): void {
    this.#told = [stage, done, of];
    this.#alive();
  }

  #alive(): void {
    this.#input.signal.throwIfAborted();
    this.#input.progress?.(...this.#told);
  }
}
