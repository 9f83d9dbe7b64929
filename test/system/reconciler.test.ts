import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { ReconcilerBook } from '../../reconciling/reconciler-state.ts';
import { deliveryId, notificationId } from '../../deliveries/delivery-ids.ts';
import { cookieWorkflowId } from '../../workflows/client/workflow-ids.ts';
import { askApi } from '../support/ask-api.ts';
import { configFile, firstRun, report, runOnce, said, schedule, SOON } from '../support/periodic-runs.ts';
import { linesOf, loaderOn, RECORDER, received, ruleOn } from '../support/rule-texts.ts';
import { enrichment, startTestSystem, type TestSystem, until } from '../support/system.ts';

const AT_ONCE = { Reconciler: { interval: SOON, grace: '0 s' } };

async function status(system: TestSystem): Promise<unknown> {
  return (await askApi(system, 'GET', '/queue/status')).body;
}

/** Looks until so many were found since ever; a run that began a moment before may have found nothing yet. */
async function lookUntilFound(system: TestSystem, count: number): Promise<void> {
  const book = new ReconcilerBook(system.store.documents);
  const trigger = async () => system.client.schedule.getHandle('Reconciler').trigger(ScheduleOverlapPolicy.SKIP);
  let triggeredAt = 0;
  const isFound = async () => {
    if (Date.now() - triggeredAt > 1_500) {
      triggeredAt = Date.now();
      await trigger();
    }
    return (await book.report()).foundInAll >= count;
  };
  await until(isFound, `${count} to be found`, 60_000);
  expect((await book.report()).foundInAll).toBe(count);
}

async function store({ store: { jar } }: TestSystem, identifier: string): Promise<void> {
  await jar.enrich([{ identifier, enrichments: [enrichment('seen')] }]);
}

describe('the Reconciler', () => {
  it('is there without a config file, follows one that comes, and is there again without it', async () => {
    await using system = await startTestSystem({ rules: {} });
    const every = async () => (await schedule(system, 'Reconciler'))?.spec.intervals?.map((interval) => interval.every);
    expect(await every()).toEqual([600_000]);
    expect(await firstRun(system, 'Reconciler')).toMatchObject({ found: 0, unfinished: 0 });
    expect(await status(system)).toMatchObject({
      reconciler: { last_run: expect.any(String), checked: 0, found: 0, found_in_all: 0 },
    });
    expect((await askApi(system, 'GET', '/schedules')).body).toMatchObject({ schedules: [{ id: 'Reconciler' }] });

    await writeFile(configFile(system, 'Reconciler'), JSON.stringify({ paused: true }));
    await until(async () => (await schedule(system, 'Reconciler'))?.state.paused === true, 'the pause');
    expect(await every()).toEqual([600_000]);
    await writeFile(configFile(system, 'Reconciler'), JSON.stringify({ interval: 'every 2 h', grace: 'a while' }));
    await until(async () => (await report(system))?.configuration.length === 1, 'the problem');
    expect((await report(system))?.configuration).toMatchObject([{ path: 'grace', found: '"a while"' }]);
    await rm(configFile(system, 'Reconciler'));
    await until(async () => (await schedule(system, 'Reconciler'))?.state.paused === false, 'the end of the pause');
    expect(await every()).toEqual([600_000]);
  }, 60_000);

  it('finds a cookie that was stored and never woken, and none that is settled or being processed', async () => {
    await using system = await startTestSystem({
      rules: {
        'seen.rule.ts': ruleOn('seen', 'seen'),
        'held.loader.ts': loaderOn({
          id: 'held',
          needs: 'seen',
          body: `
            note(context.home + '/calls.txt', cookie.identifier);
            if (cookie.identifier === '/held') await gate(context.home + '/released');`,
        }),
      },
      workers: AT_ONCE,
    });
    await firstRun(system, 'Reconciler');
    await system.enrich('/settled', enrichment('seen'));
    await system.settled();
    await system.enrich('/held', enrichment('seen'));
    await until(async () => (await linesOf(join(system.folder.home, 'calls.txt'))).includes('/held'), 'the loader');
    for (let n = 0; n < 210; n++) await store(system, `/lost/${n}`);
    await lookUntilFound(system, 210);
    expect(said(system, 'found what nobody is at')[0]).toMatchObject({ level: 40, such_as: expect.any(Array) });
    await writeFile(join(system.folder.home, 'released'), '');
    await system.settled(60_000);
    expect(await system.applied('/lost/209')).toMatchObject([{ rule_id: 'seen' }]);
    expect(await runOnce(system, 'Reconciler')).toMatchObject({ found: 0, unfinished: 0 });
    expect(await status(system)).toMatchObject({ reconciler: { found: 0, found_in_all: 210 } });
  }, 180_000);

  it('finds a cookie whose workflow was ended before it had settled', async () => {
    const gated = `note(context.home + '/calls.txt', cookie.identifier); await gate(context.home + '/released');`;
    await using system = await startTestSystem({
      rules: { 'held.loader.ts': loaderOn({ id: 'held', needs: 'seen', body: gated }) },
      workers: AT_ONCE,
    });
    await system.enrich('/data/ended', enrichment('seen'));
    await until(async () => (await linesOf(join(system.folder.home, 'calls.txt'))).length > 0, 'the loader');
    expect(await runOnce(system, 'Reconciler')).toMatchObject({ found: 0, unfinished: 1 });
    await system.client.workflow.getHandle(cookieWorkflowId('/data/ended')).terminate('a test');
    // Before the loader ends: the process that it still runs in would have the cookie looked at once more.
    await lookUntilFound(system, 1);
    await writeFile(join(system.folder.home, 'released'), '');
    await system.settled();
    expect((await system.cookie('/data/ended')).enrichments.sources()).toEqual(['seen', 'held']);
  }, 90_000);

  it('waits for the grace within one run', async () => {
    await using system = await startTestSystem({
      rules: {},
      workers: { Reconciler: { interval: SOON, grace: '1 s' } },
    });
    await firstRun(system, 'Reconciler');
    await store(system, '/data/lost');
    await lookUntilFound(system, 1);
    await system.settled();
  }, 60_000);

  it('has a delivery made that nobody is making: its cookie was deleted between judgement and delivery', async () => {
    await using system = await startTestSystem({ rules: { 'recorder.receiver.ts': RECORDER }, workers: AT_ONCE });
    await until(async () => (await system.rulebook()) !== undefined, 'the rulebook');
    const rulebook = (await system.rulebook()) ?? '';
    const at = '2026-01-05T06:00:00.000Z';
    const requests = ['/gone/1', '/gone/2'].map((identifier) => {
      const id = notificationId('job', 'rule', 'news', identifier);
      const notification = { id, about: 'news', data: identifier, sender: 'rule', identifier, at };
      return { notification, receiver: 'recorder', rulebook, job: 'job' };
    });
    await system.ledger.record(requests);
    await system.ledger.delivered(deliveryId(requests[1]?.notification.id ?? '', 'recorder'), at);
    await lookUntilFound(system, 1);
    await until(async () => (await system.deliveries()).every(({ state }) => state === 'delivered'), 'the delivery');
    expect(await received(system.folder.home)).toMatchObject([{ identifier: '/gone/1' }]);
    expect(await runOnce(system, 'Reconciler')).toMatchObject({ found: 0, unfinished: 0 });
  }, 60_000);

  it('leaves alone a delivery whose receiver is in trouble', async () => {
    const down = `
      import { defineReceiver } from 'cookie-monster';
      export default defineReceiver({ id: 'down', receive: async () => { throw new Error('down'); } });`;
    await using system = await startTestSystem({
      rules: { 'seen.rule.ts': ruleOn('seen', 'seen'), 'down.receiver.ts': down },
      config: { deliveries: { backoff: '1 h', maximumInterval: '1 h' } },
      workers: AT_ONCE,
    });
    await system.enrich('/data/a', enrichment('seen'));
    await system.settled();
    expect(await runOnce(system, 'Reconciler')).toMatchObject({ found: 0 });
    expect((await system.deliveries()).every(({ state }) => state === 'waiting')).toBe(true);
  }, 60_000);
});
