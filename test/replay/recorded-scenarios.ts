import { ApplicationFailure } from '@temporalio/common';
import type { JobProgress, Wake } from '../../workflows/messages.ts';
import { FailureType, WakeKind } from '../../workflows/messages.ts';
import type { Script } from '../workflows/stand-in-activities.ts';

/** What is recorded: a workflow, what its activities come to, and what is done to it meanwhile. */
export type Scenario = CookieScenario | DeliveryScenario | PeriodicScenario;

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
}

interface DeliveryScenario {
  readonly kind: 'delivery';
  readonly script: () => Script;
}

interface PeriodicScenario {
  readonly kind: 'periodic';
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
  'delivery-dead': { kind: 'delivery', script: () => ({ redeliver: hopeless }) },
  'periodic-run': { kind: 'periodic' },
};
