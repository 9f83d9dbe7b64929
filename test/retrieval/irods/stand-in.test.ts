import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type IrodsWorld, irodsWorld } from '../../support/irods/irods-world.ts';
import { type Ended, runProgram } from '../../support/irods/run-program.ts';

const RUN = '/seq/13240';
const CRAM = `${RUN}/13240_2#31.cram`;
const UNCHECKED = `${RUN}/13240_2#168.cram`;
const CRAM_INPUT = JSON.stringify({ collection: RUN, data_object: '13240_2#31.cram' });
/** Later than everything in the example zone. */
const LATER = 1500000000;

let world: IrodsWorld;

beforeEach(() => {
  world = irodsWorld();
});

afterEach(() => {
  expect(world.alive()).toEqual([]);
  world.close();
});

async function run(argv: readonly string[], stdin = ''): Promise<Ended> {
  return runProgram(world.bin, argv, stdin);
}

async function query(sql: string | undefined, args: readonly unknown[] = [], ...options: string[]): Promise<Ended> {
  return run(['baton-specificquery', ...options], JSON.stringify({ specific: { sql, args } }));
}

/** What the queries see of changes made at LATER. */
async function seenLater(alias: string): Promise<Record<string, string>[]> {
  const { stdout } = await query(alias, [String(LATER - 1), String(LATER)]);
  return JSON.parse(stdout) as Record<string, string>[];
}

describe('the queries see, of a change in the catalogue,', () => {
  it('a new replica, and each AVU once for each replica', async () => {
    world.catalogue.addReplica(CRAM, { number: 2, status: 2 }, { at: LATER });
    world.catalogue.addAvu(CRAM, { attribute: 'new', value: '1', units: '' }, { at: LATER });
    expect(await seenLater('dataModifiedPartial')).toMatchObject([{ data_repl_num: '2', data_repl_status: '2' }]);
    const rows = await seenLater('metadataModifiedPartial');
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({ meta_attr_name: 'new', meta_modify_ts: '01500000000' });
    expect(rows[0]).not.toHaveProperty('meta_attr_unit');
    expect(await seenLater('metadataModifiedIdOnly')).toEqual([{ data_id: '14237451' }]);
  });

  it('an object that was moved or put into the trash, in its new place', async () => {
    world.catalogue.rename(CRAM, '/seq/archive/moved.cram', { at: LATER });
    const inTrash = world.catalogue.trash(UNCHECKED, { at: LATER });
    expect(inTrash).toBe('/seq/trash/home/srpipe/13240/13240_2#168.cram');
    const places = (await seenLater('dataModifiedPartial')).map(({ coll_name: place }) => place);
    expect(new Set(places)).toEqual(new Set(['/seq/archive', '/seq/trash/home/srpipe/13240']));
  });

  it('a value that was set where it is shared with another object', async () => {
    world.catalogue.setAvu(CRAM, { attribute: 'target', value: 'other' }, { at: LATER });
    expect(await seenLater('metadataModifiedPartial')).toMatchObject([
      { meta_attr_value: 'other' },
      { meta_attr_value: 'other' },
    ]);
  });

  it('nothing where iRODS leaves no trace', async () => {
    world.catalogue.removeAvu(CRAM, { attribute: 'type', value: 'cram' });
    world.catalogue.setAvu(CRAM, { attribute: 'manual_qc', value: '0' }, { at: LATER });
    world.catalogue.rename(CRAM, `${RUN}/renamed.cram`, { at: LATER });
    world.catalogue.renameCollection(RUN, '/seq/renamed');
    world.catalogue.remove('/seq/renamed/13240_2#168.cram');
    expect(await seenLater('dataModifiedPartial')).toEqual([]);
    expect(await seenLater('metadataModifiedPartial')).toEqual([]);
    const listed = await run(['baton-list', '--avu'], '{"collection": "/seq/renamed", "data_object": "renamed.cram"}');
    expect(listed.stdout).toContain('{"attribute": "manual_qc", "value": "0"}');
    expect(listed.stdout).not.toContain('"type"');
  });

  it('the last second of its bounds, but not the first', async () => {
    world.catalogue.setReplica(CRAM, 0, { at: LATER - 1 });
    world.catalogue.setReplica(CRAM, 1, { at: LATER });
    expect(await seenLater('dataModifiedPartial')).toMatchObject([{ data_repl_num: '1' }]);
    const padded = await query('dataModifiedPartial', ['01499999998', '01499999999']);
    expect(JSON.parse(padded.stdout)).toMatchObject([{ data_repl_num: '0' }]);
  });
});

describe('a specific query of the stand-in', () => {
  it('gives its rows in no order', async () => {
    world.catalogue.set('shuffle', 'on');
    const orders = new Set<string>();
    for (let round = 0; round < 20 && orders.size < 2; round += 1) {
      orders.add((await query('dataModifiedPartial', ['0', '2147483647'])).stdout);
    }
    expect(orders.size).toBe(2);
  });

  it('takes texts as arguments and nothing else', async () => {
    const { stdout, code } = await query('dataModifiedPartial', [0, '2147483647']);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: -806000 } });
    expect(code).toBe(0);
    const empty = await query('dataModifiedPartial', ['0', '']);
    expect(JSON.parse(empty.stdout)).toMatchObject({ error: { code: -806000 } });
  });

  it.each([
    ['there is no query', undefined, []],
    ['its labels cannot be found', 'select 1', []],
    ['it has more columns than labels', 'SELECT * FROM R_DATA_MAIN', []],
    ['there are far too many arguments', 'dataModifiedPartial', Array(16).fill('1')],
  ])('crashes where %s', async (_, sql, args) => {
    expect(await query(sql, args)).toMatchObject({ stdout: '', signal: 'SIGSEGV' });
  });

  it('takes the labels of the last select list, cut at every comma', async () => {
    const { stdout } = await query(
      'SELECT A.data_id AS x FROM R_DATA_MAIN A WHERE A.data_id IN (SELECT B.data_id AS q FROM R_DATA_MAIN B)',
    );
    expect(Object.keys(JSON.parse(stdout)[0])).toEqual(['q']);
  });

  it('asks one zone, which must be there', async () => {
    expect((await query('dataModifiedIdOnly', ['0', '1'], '--zone', 'seq')).stdout).toBe('[]\n');
    const unknown = await query('dataModifiedIdOnly', ['0', '1'], '--zone', 'nowhere');
    expect(JSON.parse(unknown.stdout)).toMatchObject({ error: { code: -26000 } });
    const empty = await query('dataModifiedIdOnly', ['0', '1'], '--zone', '');
    expect(JSON.parse(empty.stdout)).toMatchObject({ error: { code: -816000 } });
  });
});

describe('a program of the stand-in', () => {
  it.each([
    ['an option that nobody knows', ['baton-list', '--nonsense'], 0],
    ['a unique abbreviation with one dash', ['baton-list', '-check'], 0],
    ['a file that is not there', ['baton-list', '--file', '/nonexistent'], 1],
    ['a connect time that is no number', ['baton-do', '--connect-time', 'soon'], 1],
    ['a connect time that is too short', ['baton-do', '--connect-time', '9'], 5],
    ['an operation called remove', ['baton-metamod', '--operation', 'remove'], 4],
  ])('given %s ends as the real one does', async (_, argv, code) => {
    const input = argv[0] === 'baton-list' ? CRAM_INPUT : '';
    expect((await run(argv, input)).code).toBe(code);
  });

  it('tells its version', async () => {
    expect(await run(['baton-do', '--version'])).toMatchObject({ stdout: '5.0.1\n', code: 0 });
  });

  it('reads objects with and without anything between them, and counts an array as an error', async () => {
    const { stdout, code } = await run(
      ['baton-list'],
      `${CRAM_INPUT}${CRAM_INPUT}\n\n [1, 2] ${CRAM_INPUT.replaceAll(',', ',\n')}`,
    );
    expect(stdout.split('\n')).toHaveLength(4);
    expect(code).toBe(5);
  });

  it('only complains of what is no JSON', async () => {
    const { stdout, stderr, code } = await run(['baton-list'], `{"a": 1, "a": 2}\n{bad}\n${CRAM_INPUT}`);
    expect(stdout).toBe('{"collection": "/seq/13240", "data_object": "13240_2#31.cram"}\n');
    expect(stderr.match(/JSON error/g)).toHaveLength(2);
    expect(code).toBe(0);
  });

  it('aborts where the collection is missing', async () => {
    expect(await run(['baton-list'], '{"data_object": "x"}')).toMatchObject({ stdout: '', signal: 'SIGABRT' });
  });

  it('takes absolute paths only', async () => {
    const { stdout } = await run(['baton-list'], '{"collection": "seq"}');
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: -1 } });
  });

  it('answers at the closing brace when it is unbuffered', async () => {
    const child = spawn(join(world.bin, 'baton-list'), ['--unbuffered']);
    child.stdin.write(CRAM_INPUT);
    const [answer] = (await once(child.stdout, 'data')) as [Buffer];
    expect(answer.toString()).toContain('13240_2#31.cram');
    child.stdin.end();
    await once(child, 'close');
  });

  it('holds its answers back when it is not, and loses them when it is killed', async () => {
    world.catalogue.fault('aborts-after', 3);
    const { stdout, signal } = await run(['baton-list'], CRAM_INPUT.repeat(4));
    expect({ stdout, signal }).toEqual({ stdout: '', signal: 'SIGABRT' });
  });

  it.each([
    ['baton-list', { code: 0, signal: null }],
    ['baton-specificquery', { code: null, signal: 'SIGKILL' }],
  ])('%s heeds SIGTERM as the real one does', async (program, expected) => {
    const child = spawn(join(world.bin, program), ['--unbuffered']);
    const ended = once(child, 'close');
    child.stdin.write(program === 'baton-list' ? CRAM_INPUT : '{"specific": {"sql": "ls"}}');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    // One that heeds it never gets to see this input; one that does not answers it.
    if (program === 'baton-specificquery') {
      child.stdin.write('{"specific": {"sql": "ls"}}');
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
    }
    const [code, signal] = (await ended) as [number | null, string | null];
    expect({ code, signal }).toEqual(expected);
  });
});

describe('the shipped queries', () => {
  it('can be installed on one line, and read by baton', async () => {
    const { stdout } = await query('ls');
    const installed = JSON.parse(stdout) as { alias: string; sqlStr: string }[];
    expect(installed.map(({ alias }) => alias).toSorted()).toEqual([
      'dataModifiedIdOnly',
      'dataModifiedPartial',
      'metadataModifiedIdOnly',
      'metadataModifiedPartial',
    ]);
    for (const { sqlStr } of installed) {
      expect(sqlStr.length).toBeLessThanOrEqual(2700);
      expect(sqlStr).not.toMatch(/--|\/\*|;|\bunion\b|\(\s*select\b|\border by\b/i);
      expect(sqlStr.match(/\?/g)).toHaveLength(2);
    }
  });
});
