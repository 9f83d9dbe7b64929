import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { PortTakenError, TemporalBinaryNotFoundError } from '../../embedded/errors.ts';
import { type Home, openHome } from '../../embedded/home.ts';
import { type ProcessIdentity, isAlive } from '../../embedded/process-identity.ts';
import { readRecords } from '../../embedded/process-records.ts';
import { type EmbeddedServers, type EmbeddedTemporalOptions, startEmbedded } from '../../embedded/start.ts';
import { blockPort } from './blocked-port.ts';
import { allGone, eventually, namesIn, recorded, removeFolder, scratchFolder, silent } from './scratch.ts';
import { type Script, runScript } from './script.ts';

const SECONDS = 1_000;
const saidSchema = z.object({ address: z.string().default(''), error: z.string().optional() });
const TEMPORAL: EmbeddedTemporalOptions = { port: 0, uiPort: 0, namespace: 'default', searchPath: '' };

describe('the embedded Temporal server', () => {
  let folder: string;
  let home: Home;

  beforeEach(async () => {
    folder = scratchFolder();
    home = await openHome(folder, silent);
  });

  afterEach(() => {
    home.release();
    removeFolder(folder);
  });

  it('answers, shows its UI, sets retention on every start, and keeps workflows over a restart', async () => {
    await running({ retentionHours: 3 }, async (servers) => {
      expect(await retentionHours(servers)).toBe(3);
      expect((await fetch(String(servers.temporalUiUrl))).status).toBe(200);
      await withClient(servers, async (client) => {
        await client.workflow.start('anything', { workflowId: 'kept', taskQueue: 'nobody' });
      });
    });
    await running({ retentionHours: 5 }, async (servers) => {
      expect(await retentionHours(servers)).toBe(5);
      expect(await statusOf(servers, 'kept')).toBe('RUNNING');
    });
    expect(namesIn(home.logs)).toEqual(['temporal.log', 'temporal.log.1']);
    expect(namesIn(home.processes)).toEqual([]);
  }, 60_000);

  it('serves another namespace than default', async () => {
    for (const namespace of ['bakery', 'bakery', 'second']) {
      await running({ namespace }, async (servers) => expect(await retentionHours(servers, namespace)).toBe(6));
    }
  }, 60_000);

  it('comes back at the same address with its workflows when it is killed', async () => {
    await running({}, async (servers) => {
      await withClient(servers, async (client) => {
        await client.workflow.start('anything', { workflowId: 'kept', taskQueue: 'nobody' });
      });
      const before = await recorded(home.processes, 'server', 'temporal');
      process.kill(before.pid, 'SIGKILL');
      await allGone([before]);
      await eventually(
        'the workflow is there',
        async () => (await statusOf(servers, 'kept').catch(() => '')) === 'RUNNING',
      );
    });
  }, 60_000);

  it('is not started, nor anything else, when a port is taken', async () => {
    const { port, free } = await blockPort('127.0.0.1');
    const start = startEmbedded({ home, temporal: TEMPORAL, jar: { port }, logger: silent });
    await expect(start).rejects.toThrow(PortTakenError);
    await expect(start).rejects.toThrow('set COOKIE_MONSTER_JAR_PORT to another port');
    expect(namesIn(home.logs)).toEqual([]);
    await free();
  });

  it('runs beside another one on the same machine', async () => {
    await running({}, async (one) => {
      const elsewhere = await openHome(join(folder, 'other'), silent);
      const other = await startEmbedded({ home: elsewhere, temporal: TEMPORAL, logger: silent });
      expect(await retentionHours(other)).toBe(await retentionHours(one));
      await other.stop();
      elsewhere.release();
    });
  }, 60_000);

  it('says what its log ends in when it does not start', async () => {
    const cli = join(import.meta.dirname, 'fixtures', 'broken-temporal');
    const start = startEmbedded({ home, temporal: { ...TEMPORAL, cli }, logger: silent });
    await expect(start).rejects.toThrow(
      /temporal did not start: it ended with exit code 9; .*\nthe database is broken$/,
    );
  });

  it('is nothing to be waited for when nothing is asked for', async () => {
    const servers = await startEmbedded({ home, logger: silent });
    expect(Object.keys(servers).toSorted()).toEqual(['exited', 'stop']);
    await servers.stop();
  });

  async function running(
    given: Partial<EmbeddedTemporalOptions>,
    use: (servers: EmbeddedServers) => Promise<void>,
  ): Promise<void> {
    const servers = await startEmbedded({ home, temporal: { ...TEMPORAL, ...given }, logger: silent });
    try {
      await use(servers);
    } finally {
      await servers.stop();
    }
  }
});

describe('the embedded jar', () => {
  it('answers beside Temporal, comes back with its documents when it is killed, and ends', async () => {
    const folder = scratchFolder();
    const home = await openHome(folder, silent);
    const servers = await startEmbedded({ home, temporal: TEMPORAL, jar: { port: 0 }, logger: silent });
    const database = `${servers.couchdbUrl}/cookies`;
    expect((await fetch(database, { method: 'PUT' })).status).toBe(201);
    const before = await recorded(home.processes, 'server', 'jar');
    process.kill(before.pid, 'SIGKILL');
    await allGone([before]);
    await eventually('the database is there', async () => statusAt(database, 200));
    const processes = processesOf(folder);
    expect(processes).toHaveLength(4);
    await servers.stop();
    expect(processes.filter(isAlive)).toEqual([]);
    home.release();
    removeFolder(folder);
  }, 60_000);
});

describe('a process that owns a home and its servers', () => {
  let folder: string;
  let scripts: Script[];

  beforeEach(() => {
    folder = scratchFolder();
    scripts = [];
  });

  afterEach(async () => {
    await Promise.all(scripts.map(async (script) => script.kill()));
    await allGone(processesOf(folder));
    removeFolder(folder);
  }, 30 * SECONDS);

  it('keeps a second one out, naming itself', async () => {
    const owner = await ownerOf(folder);
    const second = await ownerOf(folder);
    expect(second.said.error).toContain(`${folder} is in use by process ${owner.script.process.pid} since`);
    expect(second.said.error).toContain('set COOKIE_MONSTER_HOME to another folder');
    expect(isAlive(await recorded(join(folder, 'processes'), 'server', 'temporal'))).toBe(true);
  }, 60_000);

  it('leaves no process behind when it is killed, and the next one goes on with its workflows', async () => {
    const first = await ownerOf(folder);
    const processes = await startWorkflow(first.said);
    await first.script.kill();
    const next = await ownerOf(folder);
    await allGone(processes);
    expect(await statusOf({ temporalAddress: next.said.address }, 'unfinished')).toBe('RUNNING');
  }, 60_000);

  it('is followed by the next one also when it and its guards were killed and servers are left', async () => {
    const first = await ownerOf(folder);
    const processes = await startWorkflow(first.said);
    const guard = await recorded(join(folder, 'processes'), 'guard', 'temporal');
    first.script.process.kill('SIGKILL');
    process.kill(guard.pid, 'SIGKILL');
    const next = await ownerOf(folder);
    expect(processes.filter(isAlive)).toEqual([]);
    expect(await statusOf({ temporalAddress: next.said.address }, 'unfinished')).toBe('RUNNING');
  }, 60_000);

  it('leaves nothing, at once, when it ends in order', async () => {
    const { script } = await ownerOf(folder);
    const processes = processesOf(folder);
    script.process.kill('SIGTERM');
    await once(script.process, 'exit');
    expect(script.process.exitCode).toBe(0);
    expect(processes.filter(isAlive)).toEqual([]);
    expect(namesIn(join(folder, 'processes'))).toEqual([]);
    const [lock = ''] = namesIn(join(folder, 'lock'));
    expect(JSON.parse(readFileSync(join(folder, 'lock', lock), 'utf8'))).toMatchObject({ released: true });
  }, 60_000);

  async function ownerOf(home: string) {
    const script = runScript('owner.ts', home);
    scripts.push(script);
    const said = saidSchema.parse(JSON.parse(await script.line()));
    return { script, said };
  }

  async function startWorkflow({ address }: { address: string }): Promise<ProcessIdentity[]> {
    await withClient({ temporalAddress: address }, async (client) => {
      await client.workflow.start('anything', { workflowId: 'unfinished', taskQueue: 'nobody' });
    });
    const processes = processesOf(folder);
    expect(processes).toHaveLength(2);
    return processes;
  }
});

describe('a home without a Temporal binary', () => {
  it('starts nothing', async () => {
    const folder = scratchFolder();
    const home = await openHome(folder, silent);
    const notAFolder = join(import.meta.dirname, 'start.test.ts');
    const wheelless = { ...TEMPORAL, cacheFolders: [notAFolder] };
    await expect(startEmbedded({ home, temporal: wheelless, logger: silent })).rejects.toThrow(
      TemporalBinaryNotFoundError,
    );
    home.release();
    removeFolder(folder);
  }, 60_000);
});

async function statusAt(url: string, status: number): Promise<boolean> {
  return fetch(url).then(
    (response) => response.status === status,
    () => false,
  );
}

function processesOf(folder: string): ProcessIdentity[] {
  return readRecords(join(folder, 'processes')).map(({ identity }) => identity);
}

async function withClient<T>(
  { temporalAddress }: Pick<EmbeddedServers, 'temporalAddress'>,
  use: (client: Client, connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({ address: String(temporalAddress) });
  try {
    return await use(new Client({ connection }), connection);
  } finally {
    await connection.close();
  }
}

async function statusOf(servers: Pick<EmbeddedServers, 'temporalAddress'>, workflowId: string): Promise<string> {
  return withClient(servers, async (client) => (await client.workflow.getHandle(workflowId).describe()).status.name);
}

async function retentionHours(servers: EmbeddedServers, namespace = 'default'): Promise<number> {
  return withClient(servers, async (_client, connection) => {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    return Number(config?.workflowExecutionRetentionTtl?.seconds) / 3_600;
  });
}
