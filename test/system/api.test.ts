import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cookieWorkflowId } from '../../workflows/client/workflow-ids.ts';
import { linesOf, loaderOn, RECORDER, received, ruleOn } from '../support/rule-texts.ts';
import { enrichment, startTestSystem, type TestSystem, until } from '../support/system.ts';

/** Every loader call notes its cookie when it begins and when it is over, and waits for the gate where it is held. */
const HELD = loaderOn({
  id: 'learnt',
  needs: 'seen',
  body: `
    note(context.home + '/calls.txt', 'begun ' + cookie.identifier);
    if (cookie.identifier.startsWith('/held')) await gate(context.home + '/released');
    note(context.home + '/calls.txt', 'over ' + cookie.identifier);`,
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function ask({ api }: TestSystem, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

const at = (identifier: string) => `/cookiejar?identifier=${encodeURIComponent(identifier)}`;

async function push(system: TestSystem, ...identifiers: string[]): Promise<Answer> {
  const pushes = identifiers.map((identifier) => ({ identifier, enrichments: [enrichment('seen')] }));
  return ask(system, 'POST', '/cookiejar', pushes);
}

async function called(system: TestSystem, what: string): Promise<void> {
  const file = join(system.folder.home, 'calls.txt');
  await until(async () => (await linesOf(file)).includes(what), `the loader call: ${what}`);
}

async function jobsOf(system: TestSystem, identifier: string): Promise<Set<string>> {
  return new Set((await system.applied(identifier)).map(({ job }) => job));
}

describe('cookies pushed over the API', () => {
  it('are processed, and can then be read whole', async () => {
    await using system = await startTestSystem({
      rules: { 'seen.rule.ts': ruleOn('seen', 'seen'), 'held.loader.ts': HELD, 'recorder.receiver.ts': RECORDER },
    });
    expect((await push(system, '/data/a', '/data/b')).status).toBe(200);
    await system.settled();
    const { status, body } = await ask(system, 'GET', '/cookiejar/data/a');
    expect(status).toBe(200);
    expect(body).toEqual({
      identifier: '/data/a',
      enrichments: expect.arrayContaining([
        enrichment('seen'),
        expect.objectContaining({ source: 'learnt', metadata: { of: '/data/a' } }),
        expect.objectContaining({ source: 'rule_application' }),
      ]),
    });
    expect((await received(system.folder.home)).map(({ identifier }) => identifier).toSorted()).toEqual([
      '/data/a',
      '/data/b',
    ]);
    expect(await ask(system, 'GET', '/queue')).toEqual({ status: 200, body: { queue_length: 0 } });
  }, 60_000);

  it('are counted in the queue from the answer on, until they have settled', async () => {
    await using system = await startTestSystem({
      rules: { 'held.loader.ts': HELD },
      config: { worker: { threads: 1 } },
    });
    await push(system, ...[0, 1, 2, 3, 4].map((index) => `/held/${index}`));
    await until(async () => {
      expect((await ask(system, 'GET', '/queue')).body).toEqual({ queue_length: 5 });
      return ((await ask(system, 'GET', '/queue/status')).body as { running: number }).running === 5;
    }, 'Temporal to list them as running');
    expect((await ask(system, 'GET', '/queue')).body).toEqual({ queue_length: 5 });
    await writeFile(join(system.folder.home, 'released'), '');
    await system.settled();
    await until(
      async () => ((await ask(system, 'GET', '/queue')).body as { queue_length: number }).queue_length === 0,
      'an empty queue',
    );
  }, 60_000);

  it('of several enrichments at once take one job', async () => {
    await using system = await startTestSystem({ rules: { 'seen.rule.ts': ruleOn('seen', 'seen') } });
    const one = (second: number) => ({
      identifier: '/data/one',
      enrichments: [enrichment('seen', { second }, second), enrichment('other', { second }, second)],
    });
    const answer = await ask(system, 'POST', '/cookiejar', [one(1), one(2), one(3)]);
    expect(answer.body).toEqual({
      cookies: [{ identifier: '/data/one', new: expect.any(Array), woken: true }],
    });
    await system.settled();
    expect((await system.cookie('/data/one')).enrichments.fromSource('seen')).toHaveLength(3);
    expect((await jobsOf(system, '/data/one')).size).toBe(1);

    await ask(system, 'POST', '/cookiejar', one(3));
    await system.settled();
    expect((await jobsOf(system, '/data/one')).size).toBe(1);
  }, 60_000);
});

describe('POST /queue/reprocess', () => {
  it('judges a known cookie again in a job of its own', async () => {
    await using system = await startTestSystem({ rules: { 'seen.rule.ts': ruleOn('seen', 'seen') } });
    await push(system, '/data/again');
    await system.settled();
    expect(await ask(system, 'POST', '/queue/reprocess', { path: '/data/again' })).toEqual({
      status: 200,
      body: { path: '/data/again' },
    });
    await until(async () => (await jobsOf(system, '/data/again')).size === 2, 'a second job');
  }, 60_000);

  it('has an unknown path enriched by loaders, and GET finds it only after that', async () => {
    const unknown = HELD.replaceAll("cookie.enrichments.sources().includes('seen')", 'true');
    await using system = await startTestSystem({ rules: { 'held.loader.ts': unknown } });
    const answer = await ask(system, 'POST', '/queue/reprocess', { identifier: '/held/unknown' });
    expect(answer).toEqual({ status: 200, body: { identifier: '/held/unknown' } });
    await called(system, 'begun /held/unknown');
    expect((await ask(system, 'GET', at('/held/unknown'))).status).toBe(404);
    await writeFile(join(system.folder.home, 'released'), '');
    await until(async () => (await ask(system, 'GET', at('/held/unknown'))).status === 200, 'the cookie');
    expect((await system.cookie('/held/unknown')).enrichments.sources()).toEqual(['learnt']);
  }, 60_000);
});

describe('DELETE while a loader runs', () => {
  it('stops the workflow; what the loader brings does not bring the cookie back; a new push makes it anew', async () => {
    await using system = await startTestSystem({
      rules: { 'seen.rule.ts': ruleOn('seen', 'seen'), 'held.loader.ts': HELD },
    });
    await push(system, '/held/doomed');
    await called(system, 'begun /held/doomed');
    expect(await ask(system, 'DELETE', at('/held/doomed'))).toEqual({
      status: 200,
      body: { deleted: '/held/doomed' },
    });
    expect((await ask(system, 'GET', at('/held/doomed'))).status).toBe(404);
    const handle = system.client.workflow.getHandle(cookieWorkflowId('/held/doomed'));
    expect((await handle.describe()).status.name).toBe('TERMINATED');

    await writeFile(join(system.folder.home, 'released'), '');
    await called(system, 'over /held/doomed');
    // By the time that another cookie has gone all the way, the late enrichment would have been stored too.
    await push(system, '/data/other');
    await until(async () => (await system.opened('/data/other')).settled !== undefined, 'the other cookie');
    expect((await ask(system, 'GET', at('/held/doomed'))).status).toBe(404);
    expect((await ask(system, 'DELETE', at('/held/doomed'))).status).toBe(404);

    const anew = enrichment('seen', { anew: true }, 30);
    await ask(system, 'POST', '/cookiejar', { identifier: '/held/doomed', enrichments: [anew] });
    await system.settled();
    const { enrichments } = await system.cookie('/held/doomed');
    expect(enrichments.fromSource('seen')).toEqual([anew]);
    expect(enrichments.fromSource('learnt')).toHaveLength(1);
    expect(enrichments.fromSource('rule_application')).toHaveLength(1);
  }, 60_000);
});
