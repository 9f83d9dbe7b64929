/** A change of workflow code, made to a copy of it. */
export interface Change {
  readonly file: string;
  /** Stands in the file once. */
  readonly from: string;
  readonly to: string;
  /** The recorded histories that tell. */
  readonly histories: readonly string[];
  /** Whether running workflows get along with it. */
  readonly isCompatible?: true;
}

/** What somebody could do to each workflow without a thought for those that run. */
export const CHANGES: Readonly<Record<string, Change>> = {
  'a cookie is judged in a regular activity at once': {
    file: 'job.ts',
    from: '() => localActivities.judge([input])',
    to: 'async () => ({ slow: true as const })',
    histories: ['cookie-plain', 'cookie-enriched', 'cookie-idle'],
  },
  'a cookie is not settled any more': {
    file: 'job.ts',
    from: '() => localActivities.settle([input])',
    to: 'async () => {}',
    histories: ['cookie-plain', 'cookie-failed-for-good', 'cookie-settled-slowly'],
  },
  'deliveries come before what they came after': {
    file: 'job.ts',
    from: 'await this.#deliver(judged.deliveries);',
    to: 'if (judged.nextLoader !== undefined) await this.#deliver(judged.deliveries); else { await this.#settle(judged); await this.#deliver(judged.deliveries); }',
    histories: ['cookie-delivering', 'cookie-all-deliveries-elsewhere'],
  },
  'a failing loader is asked again without a pause': {
    file: 'job.ts',
    from: 'await sleep(Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS));',
    to: '',
    histories: ['cookie-loader-passed-over'],
  },
  'the pause before a failing loader is asked again comes twice': {
    file: 'job.ts',
    from: 'await sleep(Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS));',
    to: 'await sleep(1); await sleep(1);',
    histories: ['cookie-loader-passed-over'],
  },
  'deliveries in trouble are dropped': {
    file: 'job.ts',
    from: 'await Promise.all(troubled.map(continueElsewhere));',
    to: '',
    histories: ['cookie-delivering', 'cookie-all-deliveries-elsewhere', 'cookie-delivery-under-way'],
  },
  'a workflow goes on for ever instead of as new': {
    file: 'process-cookie.ts',
    from: 'await goOnAsNew(',
    to: 'void (',
    histories: ['cookie-continued-in-a-job-1', 'cookie-continued-between-jobs-1'],
  },
  'a start without a wake waits for nothing': {
    file: 'process-cookie.ts',
    from: 'await condition(() => wakes.length > 0, FIRST_WAKE_LIMIT);',
    to: '{}',
    histories: ['cookie-never-woken'],
  },
  'a local activity is not tried again as a regular one': {
    file: 'fast-then-sturdy.ts',
    from: 'const result = await sturdily();',
    to: 'const result = await fast();',
    histories: [
      'cookie-judged-slowly',
      'cookie-enriched-slowly',
      'cookie-local-attempt-failed',
      'cookie-settled-slowly',
    ],
  },
  'a hopeless delivery is not buried': {
    file: 'deliver-notification.ts',
    from: 'await sturdyActivities().bury(delivery);',
    to: '',
    histories: ['delivery-dead'],
  },
  'a delivery waits before its first attempt': {
    file: 'deliver-notification.ts',
    from: 'await deliveryActivities(backoff).redeliver(delivery);',
    to: 'await temporal.condition(() => false, 1000); await deliveryActivities(backoff).redeliver(delivery);',
    histories: ['delivery-delivered', 'delivery-cancelled'],
  },
  'a digest is told before its window ends': {
    file: 'tell-digest.ts',
    from: 'await condition(() => isStirred, waitMs);',
    to: '',
    histories: ['digest-told', 'digest-stirred'],
  },
  'a digest is gathered and not told': {
    file: 'tell-digest.ts',
    from: 'await Promise.all(deliveries.map(continueElsewhere));',
    to: '',
    histories: ['digest-told', 'digest-stirred'],
  },
  'a delivery is made without being revived': {
    file: 'deliver-notification.ts',
    from: 'await sturdyActivities().revive({ delivery, burial });',
    to: '{}',
    histories: ['delivery-revived'],
  },
  'a parked cookie is not marked': {
    file: 'job.ts',
    from: '() => localActivities.park([input])',
    to: 'async () => {}',
    histories: ['cookie-parked', 'cookie-parked-slowly'],
  },
  'a periodic worker runs twice': {
    file: 'run-periodic-worker.ts',
    from: 'return runPeriodic(',
    to: 'await runPeriodic({ ...input, startedAt: "" }); return runPeriodic(',
    histories: ['periodic-run', 'periodic-run-by-schedule', 'periodic-run-repeated'],
  },
  'a periodic worker does not run': {
    file: 'run-periodic-worker.ts',
    from: 'return runPeriodic(',
    to: 'return (async (_: unknown) => ({}))(',
    histories: ['periodic-run', 'periodic-run-failed', 'periodic-run-cancelled'],
  },
  'a new step behind patched': {
    file: 'job.ts',
    from: 'await this.#deliver(judged.deliveries);',
    to: "if (temporal.patched('rest-before-delivering')) await sleep(1000); await this.#deliver(judged.deliveries);",
    histories: [
      'cookie-plain',
      'cookie-enriched',
      'cookie-delivering',
      'cookie-continued-in-a-job-2',
      'cookie-judged-slowly',
    ],
    isCompatible: true,
  },
  'another text for people': {
    file: 'job.ts',
    from: "this.#doing = 'settling';",
    to: "this.#doing = 'coming to its end';",
    histories: ['cookie-plain', 'cookie-enriched'],
    isCompatible: true,
  },
};
