import { ApplicationFailure } from '@temporalio/common';
import type { JobProgress, Wake } from '../../workflows/messages.ts';
import { FailureType, WakeKind } from '../../workflows/messages.ts';
import type { Script } from '../workflows/stand-in-activities.ts';

/** What is recorded: a workflow, what its activities come to, and what is done to it meanwhile. */
export type Scenario = CookieScenario | DeliveryScenario | DigestScenario | PeriodicScenario;

interface CookieScenario {
  readonly kind: 'cookie';
  readonly script: () => Script;
  /** @default one `enriched` wake */
  readonly wakes?: readonly Wake[];
  /** Sent once the first judgement has begun, which `release` lets go on. */
  readonly signals?: readonly Wake[];
  /** Whether the first wake comes by signal, as from the API. */
  readonly bySignal?: true;
  /** Where a job goes on that an earlier run of the workflow began. */
  readonly job?: JobProgress;
  /** Whether the server asks for a new run as soon as it can. */
  readonly shortHistory?: true;
  readonly end?: Ending;
}

/** What is done to a workflow once its first activity has begun. */
type Ending = 'cancel' | 'terminate';

interface DeliveryScenario {
  readonly kind: 'delivery';
  /** Which burial it is revived from. */
  readonly burial?: number;
  readonly script: () => Script;
  readonly end?: Ending;
}

interface DigestScenario {
  readonly kind: 'digest';
  /** How long the window goes on, in ms, each time that it is looked at; from the last one on it has ended. */
  readonly waits: readonly number[];
  /** Ids of the digests' deliveries. */
  readonly gathered: readonly string[];
  /** Whether somebody asks it to look at its window once more. */
  readonly isStirred?: true;
  readonly end?: Ending;
}

interface PeriodicScenario {
  readonly kind: 'periodic';
  /** What the run comes to. @default success */
  readonly run?: () => () => unknown;
  readonly end?: Ending;
  /** Whether a Schedule starts it, which notes when it was due. */
  readonly bySchedule?: true;
}

const wake = (id: string, kind: WakeKind = WakeKind.Enriched): Wake => ({ id, kind });

/** One loader after the other, until there are no more. */
const loaders = (count: number): NonNullable<Script['judge']> => {
  return ({ round }) => ({ matched: ['a-rule'], ...(round < count ? { nextLoader: `loader-${round}` } : {}) });
};

/** The first call of each of these is too slow, as each local one would be. */
function alternatelySlow<T extends object>(result: T): () => T | 'slow' {
  let calls = 0;
  return () => (++calls % 2 === 1 ? 'slow' : result);
}

const hopeless = () => {
  throw ApplicationFailure.nonRetryable('no such host', FailureType.UserCode);
};

/** The first call fails; the ones after it come to a result. */
function firstFails<T = void>(result?: T): () => T {
  let calls = 0;
  return () => {
    if (++calls === 1) throw new Error('not now');
    return result as T;
  };
}

const damaged = () => {
  throw ApplicationFailure.create({
    message: 'the document is damaged',
    type: FailureType.CookieStuck,
    nonRetryable: true,
    details: ['knowledge-1'],
  });
};

/** The first call fails, as a local one does while the jar is away. */
function alternatelyFailing(): () => void {
  let calls = 0;
  return () => {
    if (++calls % 2 === 1) throw new Error('the jar is away');
  };
}

/** Every path through the workflows, by the name of its history. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'cookie-plain': { kind: 'cookie', script: () => ({}) },
  'cookie-idle': { kind: 'cookie', script: () => ({ judge: () => ({ idle: true }) }) },
  'cookie-done-before': {
    kind: 'cookie',
    script: () => ({ judge: ({ job }) => (job === 'wake-1' ? { idle: true, doneBefore: {} } : {}) }),
  },
  'cookie-failed-before': {
    kind: 'cookie',
    script: () => ({ judge: () => ({ idle: true, doneBefore: { failed: 'too many rounds' } }) }),
  },
  'cookie-woken-by-signal': { kind: 'cookie', script: () => ({}), bySignal: true },
  'cookie-enriched': { kind: 'cookie', script: () => ({ judge: loaders(2) }) },
  'cookie-gone': { kind: 'cookie', script: () => ({ judge: loaders(1), enrich: () => ({ gone: true }) }) },
  'cookie-judged-slowly': { kind: 'cookie', script: () => ({ judge: alternatelySlow({}) }) },
  'cookie-enriched-slowly': {
    kind: 'cookie',
    script: () => ({ judge: loaders(1), enrich: alternatelySlow({}) }),
  },
  'cookie-local-attempt-failed': {
    kind: 'cookie',
    script: () => {
      let calls = 0;
      return {
        judge: () => {
          if (++calls === 1) throw new Error('the jar is away');
          return {};
        },
      };
    },
  },
  'cookie-loader-passed-over': {
    kind: 'cookie',
    script: () => ({
      judge: ({ passedOver }) => (passedOver.length === 0 ? { nextLoader: 'broken' } : {}),
      enrich: hopeless,
    }),
  },
  'cookie-loader-in-circles': {
    kind: 'cookie',
    script: () => ({
      judge: ({ passedOver }) => (passedOver.length === 0 ? { nextLoader: 'insatiable' } : {}),
      enrich: () => ({ brought: 'the-same', stored: false }),
    }),
  },
  'cookie-parked': { kind: 'cookie', script: () => ({ judge: damaged }) },
  'cookie-parked-slowly': {
    kind: 'cookie',
    script: () => ({ settle: damaged, park: alternatelyFailing() }),
  },
  'cookie-failed-for-good': { kind: 'cookie', script: () => ({ judge: () => ({ nextLoader: 'insatiable' }) }) },
  'cookie-delivering': {
    kind: 'cookie',
    script: () => ({ judge: () => ({ deliveries: ['good', 'bad'] }), deliver: (delivery) => delivery === 'good' }),
  },
  'cookie-signalled-while-closing': {
    kind: 'cookie',
    script: () => ({}),
    signals: [wake('e1'), wake('r1', WakeKind.Reprocess), wake('e2'), wake('r2', WakeKind.Reprocess)],
  },
  'cookie-signalled-while-slow': {
    kind: 'cookie',
    script: () => ({ judge: alternatelySlow({}) }),
    signals: [wake('e1'), wake('r1', WakeKind.Reprocess)],
  },
  'cookie-several-wakes': {
    kind: 'cookie',
    script: () => ({ judge: loaders(1) }),
    wakes: [wake('e1'), wake('r1', WakeKind.Reprocess), wake('e2')],
  },
  'cookie-continued-in-a-job': {
    kind: 'cookie',
    script: () => ({ judge: loaders(4), enrich: alternatelySlow({}) }),
    shortHistory: true,
  },
  'cookie-continued-between-jobs': {
    kind: 'cookie',
    script: () => ({ judge: alternatelySlow({}) }),
    wakes: Array.from({ length: 6 }, (_, index) => wake(`r${index}`, WakeKind.Reprocess)),
    shortHistory: true,
  },
  'cookie-never-woken': { kind: 'cookie', script: () => ({}), wakes: [] },
  'cookie-settled-slowly': { kind: 'cookie', script: () => ({ settle: firstFails() }) },
  'cookie-all-deliveries-elsewhere': {
    kind: 'cookie',
    script: () => ({ judge: () => ({ deliveries: ['one', 'two'] }), deliver: firstFails(true) }),
  },
  'cookie-delivery-under-way': {
    kind: 'cookie',
    script: () => ({
      judge: () => ({ deliveries: ['stubborn'] }),
      deliver: () => false,
      redeliver: () => {
        throw new Error('the receiver is down');
      },
    }),
    wakes: [wake('r1', WakeKind.Reprocess), wake('r2', WakeKind.Reprocess)],
  },
  'cookie-cancelled': { kind: 'cookie', script: () => ({ judge: alternatelySlow({}) }), end: 'cancel' },
  'cookie-terminated': { kind: 'cookie', script: () => ({ judge: alternatelySlow({}) }), end: 'terminate' },
  'delivery-delivered': {
    kind: 'delivery',
    script: () => {
      let calls = 0;
      return {
        redeliver: () => {
          if (++calls === 1) throw new Error('the receiver is down');
        },
      };
    },
  },
  'delivery-revived': { kind: 'delivery', script: () => ({}), burial: 1 },
  'delivery-cancelled': { kind: 'delivery', script: () => ({}), end: 'cancel' },
  'delivery-dead': { kind: 'delivery', script: () => ({ redeliver: hopeless }) },
  'digest-told': { kind: 'digest', waits: [200], gathered: ['digest-1', 'digest-2'] },
  'digest-of-nothing': { kind: 'digest', waits: [], gathered: [] },
  'digest-stirred': { kind: 'digest', waits: [3_600_000], gathered: ['digest-1'], isStirred: true },
  'digest-cancelled': { kind: 'digest', waits: [], gathered: [], end: 'cancel' },
  'periodic-run': { kind: 'periodic' },
  'periodic-run-by-schedule': { kind: 'periodic', bySchedule: true },
  'periodic-run-repeated': { kind: 'periodic', run: () => firstFails({ count: 1 }) },
  'periodic-run-failed': { kind: 'periodic', run: () => hopeless },
  'periodic-run-cancelled': { kind: 'periodic', end: 'cancel' },
};
