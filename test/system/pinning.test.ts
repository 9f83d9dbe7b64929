import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../../configs/settings.ts';
import { cookieWorkflowId } from '../../workflows/client/workflow-ids.ts';
import { linesOf, loaderOn } from '../support/rule-texts.ts';
import { rulesFolder } from '../support/rules-folder.ts';
import { enrichment, startTestSystem, type TestSystem, until } from '../support/system.ts';

const edition = (name: string) => `
import { defineRule } from 'cookie-monster';
export const before = defineRule({ id: 'before-${name}', priority: 0, matches: () => true, action: () => ({}) });
export const after = defineRule({
  id: 'after-${name}', matches: (cookie) => cookie.enrichments.sources().includes('learnt'), action: () => ({}),
});`;

/** Waits where the cookie says so: for a file that the cookie names, noting that it began. */
const PATIENT = loaderOn({
  id: 'learnt',
  needs: 'seen',
  body: `
    const { begun, released } = cookie.enrichments.mostRecent('seen').metadata;
    if (released) { note(begun, 'began'); await gate(released); }`,
});

/** Starts a job that waits in its loader, as a regular activity, until `release` is called. */
async function waitingJob(system: TestSystem, identifier: string) {
  const begun = join(system.folder.base, 'begun');
  const released = join(system.folder.base, 'released');
  await system.enrich(identifier, enrichment('seen', { begun, released }));
  await until(async () => (await linesOf(begun)).length > 0, 'the loader to begin');
  await until(async () => (await pendingActivities(system, identifier)).length > 0, 'the regular activity');
  return { release: async () => writeFile(released, '') };
}

async function appliedTo(system: TestSystem, identifier: string): Promise<string[]> {
  const applied = await system.applied(identifier);
  return applied.map(({ rule_id: rule, rulebook }) => `${rule} by ${rulebook}`).toSorted();
}

/** A second machine: a home and a rules folder of its own, nothing known of the first one's files. */
async function otherMachine(
  rules: Readonly<Record<string, string>>,
): Promise<{ settings: Partial<Settings> } & AsyncDisposable> {
  const folder = await rulesFolder(rules);
  return {
    settings: { rulesFolder: folder.rules, home: folder.home },
    [Symbol.asyncDispose]: folder[Symbol.asyncDispose],
  };
}

describe('a job that waits in a slow loader', () => {
  it('goes on with its own rulebook version on another worker when its own ended and the rules changed', async () => {
    await using elsewhere = await otherMachine({ 'edition.rule.ts': edition('new'), 'learnt.loader.ts': PATIENT });
    await using system = await startTestSystem({
      rules: { 'edition.rule.ts': edition('old'), 'learnt.loader.ts': PATIENT },
      // The end of a worker must not use up the loader's one attempt.
      config: { rules: { loaderAttempts: 1 } },
    });
    const old = await system.rulebook();
    const { release } = await waitingJob(system, '/data/waiting');
    await system.worker.close();
    const other = await system.startWorker(elsewhere.settings);
    const current = await system.rulebook();
    expect(current).not.toBe(old);

    await system.store.jar.enrich([{ identifier: '/data/later', enrichments: [enrichment('seen')] }]);
    await other.wake('/data/later', 'enriched');
    await release();
    await system.settled();

    expect(await appliedTo(system, '/data/waiting')).toEqual([`after-old by ${old}`, `before-old by ${old}`]);
    expect(await system.problems('/data/waiting')).toEqual([]);
    expect(await appliedTo(system, '/data/later')).toEqual([`after-new by ${current}`, `before-new by ${current}`]);
    expect((await system.opened('/data/waiting')).settled?.rulebook).toBe(old);
  }, 60_000);
});

describe('a rulebook whose text in the jar was tampered with', () => {
  it('is refused by its hash: its jobs wait, others go on, and they go on once it is right again', async () => {
    await using elsewhere = await otherMachine({ 'edition.rule.ts': edition('new'), 'learnt.loader.ts': PATIENT });
    await using system = await startTestSystem({
      rules: { 'edition.rule.ts': edition('old'), 'learnt.loader.ts': PATIENT },
      config: { rules: { loaderAttempts: 1 } },
    });
    const old = await system.rulebook();
    const { release } = await waitingJob(system, '/data/waiting');
    await system.worker.close();
    await release();
    const part = `rulebook:${old}:0000`;
    const text = (await system.store.documents.read([part])).get(part)?.['text'] as string;
    await rewrite(system, part, text.replace('after-old', 'after-all'));

    const other = await system.startWorker(elsewhere.settings);
    await system.store.jar.enrich([{ identifier: '/data/later', enrichments: [enrichment('seen')] }]);
    await other.wake('/data/later', 'enriched');
    await until(async () => (await system.opened('/data/later')).settled !== undefined, 'the other job');
    expect((await system.opened('/data/waiting')).settled).toBeUndefined();
    await until(
      async () => JSON.stringify(await failures(system, '/data/waiting')).includes('has the hash'),
      'the refusal',
    );
    expect(await appliedTo(system, '/data/waiting')).toEqual([`before-old by ${old}`]);

    await rewrite(system, part, text);
    await system.settled();
    expect(await appliedTo(system, '/data/waiting')).toEqual([`after-old by ${old}`, `before-old by ${old}`]);
    expect(await system.problems('/data/waiting')).toEqual([]);
  }, 60_000);
});

async function rewrite({ store }: TestSystem, id: string, text: string): Promise<void> {
  await store.documents.update(id, () => ({ result: undefined, write: { text } }));
}

async function pendingActivities({ client }: TestSystem, identifier: string) {
  return (await client.workflow.getHandle(cookieWorkflowId(identifier)).describe()).raw.pendingActivities ?? [];
}

/** Why the last attempts at a workflow's pending activities failed. */
async function failures(system: TestSystem, identifier: string) {
  return (await pendingActivities(system, identifier)).map(({ lastFailure }) => lastFailure?.message);
}
