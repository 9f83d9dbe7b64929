import type {
  CookieActivities,
  DeliverResult,
  EnrichInput,
  JudgeInput,
  JudgeResult,
  EnrichResult,
  ParkInput,
  SettleInput,
} from '../../activities/cookie-activities.ts';

type One<T> = T | Promise<T>;

/** What a test's script decides; everything else is as for a cookie that no rule matches and no loader can enrich. */
export interface Script {
  judge?: (input: JudgeInput) => One<Partial<JudgeResult> | 'slow'>;
  enrich?: (input: EnrichInput) => One<EnrichResult | 'slow'>;
  settle?: (input: SettleInput) => One<void>;
  park?: (input: ParkInput) => One<void>;
  deliver?: (delivery: string) => One<boolean>;
  redeliver?: (delivery: string) => One<void>;
}

/** Activities that follow a script and write down how they were called. */
export class StandInActivities {
  readonly judged: JudgeInput[] = [];
  readonly enriched: EnrichInput[] = [];
  readonly delivered: string[] = [];
  readonly redelivered: string[] = [];
  readonly buried: string[] = [];
  readonly settled: SettleInput[] = [];
  readonly parked: ParkInput[] = [];
  readonly #script: Script;

  constructor(script: Script = {}) {
    this.#script = script;
  }

  /** The jobs that came to their end, in order. */
  get jobs(): string[] {
    return this.settled.map(({ job }) => job);
  }

  readonly activities: CookieActivities = {
    judge: async (inputs) => {
      const results: JudgeResult[] = [];
      for (const input of inputs) {
        this.judged.push(input);
        const decided = (await this.#script.judge?.(input)) ?? {};
        if (decided === 'slow') return { slow: true };
        results.push({ ...UNREMARKABLE, ...decided });
      }
      return results;
    },
    enrich: async (inputs) => {
      const results: EnrichResult[] = [];
      for (const input of inputs) {
        this.enriched.push(input);
        const decided = (await this.#script.enrich?.(input)) ?? {};
        if (decided === 'slow') return { slow: true };
        results.push(decided);
      }
      return results;
    },
    deliver: async (deliveries) => {
      this.delivered.push(...deliveries);
      return Promise.all(
        deliveries.map(async (delivery): Promise<DeliverResult> => ({
          delivery,
          delivered: (await this.#script.deliver?.(delivery)) ?? true,
        })),
      );
    },
    settle: async (inputs) => {
      for (const input of inputs) await this.#script.settle?.(input);
      this.settled.push(...inputs);
    },
    park: async (inputs) => {
      for (const input of inputs) await this.#script.park?.(input);
      this.parked.push(...inputs);
    },
    deliveryPolicy: async () => ({ attempts: 4, backoffMs: 1_000, maximumIntervalMs: 60_000 }),
    redeliver: async (delivery) => {
      this.redelivered.push(delivery);
      await this.#script.redeliver?.(delivery);
    },
    bury: async (delivery) => {
      this.buried.push(delivery);
    },
  };
}

const UNREMARKABLE: JudgeResult = {
  rulebook: 'rulebook-1',
  known: true,
  knowledge: 'knowledge-1',
  basis: 'basis-1',
  matched: [],
  deliveries: [],
  limits: { rounds: 5, loaderAttempts: 3 },
};
