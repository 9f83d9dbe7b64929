import { Client, Connection } from '@temporalio/client';
import { createTemporalCheck } from '../../api/workflow-service.ts';
import { RulebookStore } from '../../rulebook/versions/rulebook-store.ts';
import { type RetrievalRecord, listRetrievals, recordRetrieval } from '../../retrieval/retrieval-log.ts';
import { type Installation, startInstallation } from './installation.ts';

describe('what the jar records beside cookies', () => {
  let installation: Installation;

  beforeEach(async () => {
    installation = await startInstallation();
  }, 60_000);

  afterEach(async () => {
    await installation.close();
  });

  it('GET /rules tells the rulebook in force and the problems of the rules folder', async () => {
    const rules = new RulebookStore(installation.documents);
    expect(await installation.askChanged({ rules }, { path: '/rules' })).toMatchObject({
      status: 200,
      body: { version: null, since: null, definitions: [], problems: [], checked_at: null },
    });
    const definitions = [
      { kind: 'rule', id: 'a', priority: 0, file: 'sub/a.rule.ts' },
      { kind: 'receiver', id: 'b', file: 'b.receiver.ts' },
    ] as const;
    const problems = [
      { file: 'c.rule.ts', line: 3, column: 7, reason: 'Unexpected "}"' },
      { reason: 'no such folder' },
    ];
    await rules.publish({ hash: 'abc', text: 'bundle' }, definitions, '2026-01-05T06:00:00.000Z');
    await rules.reportProblems(problems, '2026-01-05T07:00:00.000Z');
    const response = await installation.askChanged({ rules }, { path: '/rules' });
    expect(response.body).toEqual({
      version: 'abc',
      since: '2026-01-05T06:00:00.000Z',
      definitions,
      problems,
      checked_at: '2026-01-05T07:00:00.000Z',
    });
  });

  it('GET /readyz asks the jar and Temporal, and names the one that does not answer', async () => {
    expect(await installation.ask({ path: '/readyz' })).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: { couchdb: 'ok', temporal: 'ok' } },
    });
    const { checks } = installation.dependencies;
    const noJar = { ...checks, couchdb: askNobody };
    const nobody = Connection.lazy({ address: '127.0.0.1:1' });
    const temporal = createTemporalCheck(new Client({ connection: nobody }));
    const noTemporal = { ...checks, temporal };
    expect(await installation.askChanged({ checks: noJar }, { path: '/readyz' })).toMatchObject({
      status: 503,
      body: { detail: 'not ready: no answer from couchdb' },
    });
    expect(await installation.askChanged({ checks: noTemporal }, { path: '/readyz' })).toMatchObject({
      status: 503,
      body: { detail: 'not ready: no answer from temporal' },
    });
    // The SDK repeats a call for a while; it must have given up before its connection may be closed.
    await expect(temporal(AbortSignal.timeout(1))).rejects.toThrow('DEADLINE');
    await nobody.close();
  });

  it('GET /retrievals tells the newest retrievals first', async () => {
    const records = [1, 2, 3].map(retrieval);
    for (const record of records) await recordRetrieval(installation.documents, record);
    const retrievals = {
      newest: async (limit: number) => (await listRetrievals(installation.documents)).slice(0, limit),
    };
    const all = await installation.askChanged({ retrievals }, { path: '/retrievals' });
    expect([all.status, all.body]).toEqual([200, { retrievals: records.toReversed() }]);
    const one = await installation.askChanged({ retrievals }, { path: '/retrievals?limit=1' });
    expect(one.body).toEqual({ retrievals: records.slice(-1) });
  });
});

function retrieval(hour: number): RetrievalRecord {
  return {
    worker: 'FolderRetrieval',
    since: null,
    started_at: `2026-01-05T0${hour}:00:00.000Z`,
    duration_ms: 12.5,
    count: 3,
    stored: 2,
    woken: 2,
    most_recent: '2026-01-05T00:30:00.000Z',
    failure: hour === 2 ? 'the folder is gone' : null,
  };
}

/** Asks a jar on a port where nobody listens. */
async function askNobody(): Promise<never> {
  const response = await fetch('http://127.0.0.1:1/');
  throw new Error(`somebody answered: ${response.status}`);
}
