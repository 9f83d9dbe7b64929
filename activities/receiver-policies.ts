import type { ReceiverSettings, RetryPolicy } from '../deliveries/receiver-settings.ts';
import type { DefinitionSummary } from '../rulebook/problem.ts';

/** Versions of the rulebook whose receivers' policies are remembered. */
const REMEMBERED = 50;

/** Where receivers' policies come from. */
export interface ReceiverPoliciesOptions {
  /** For what nobody says otherwise. */
  readonly standard: RetryPolicy;
  /** What is configured, by the receiver's id. */
  readonly configured: ReadonlyMap<string, ReceiverSettings>;
  /** The definitions of a rulebook version; undefined where the jar does not have it. */
  readonly definitions: (rulebook: string) => Promise<readonly DefinitionSummary[] | undefined>;
}

/** How often and at which distances each receiver is tried: as configured, else as its definition says, else as all are. */
export class ReceiverPolicies {
  readonly #options: ReceiverPoliciesOptions;
  readonly #defined = new Map<string, readonly DefinitionSummary[]>();

  constructor(options: ReceiverPoliciesOptions) {
    this.#options = options;
  }

  /** @param rulebook content hash of the version that the receiver is run from */
  async of(receiver: string, rulebook: string): Promise<RetryPolicy> {
    const { standard, configured } = this.#options;
    const { attempts, backoffMs, maximumIntervalMs } = {
      ...standard,
      ...(await this.#definedBy(rulebook, receiver)),
      ...configured.get(receiver),
    };
    // Each may be written without a look at the other, and the first pause is never cut.
    return { attempts, backoffMs, maximumIntervalMs: Math.max(backoffMs, maximumIntervalMs) };
  }

  async #definedBy(rulebook: string, receiver: string): Promise<Partial<RetryPolicy> | undefined> {
    const definitions = this.#defined.get(rulebook) ?? (await this.#read(rulebook));
    return definitions.find(({ kind, id }) => kind === 'receiver' && id === receiver)?.retry;
  }

  async #read(rulebook: string): Promise<readonly DefinitionSummary[]> {
    const definitions = await this.#options.definitions(rulebook);
    if (definitions === undefined) return [];
    const [oldest] = this.#defined.keys();
    if (oldest !== undefined && this.#defined.size >= REMEMBERED) this.#defined.delete(oldest);
    this.#defined.set(rulebook, definitions);
    return definitions;
  }
}
