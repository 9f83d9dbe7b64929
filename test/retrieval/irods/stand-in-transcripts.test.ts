import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Catalogue } from '../../support/irods/catalogue.ts';
import { exampleZone } from '../../support/irods/example-zone.ts';
import { installBaton } from '../../support/irods/install.ts';
import { runProgram } from '../../support/irods/run-program.ts';
import { transcripts } from '../../support/irods/transcripts.ts';

/** What was different about the zone when a transcript was recorded. */
const CIRCUMSTANCES: Readonly<Record<string, (catalogue: Catalogue) => void>> = {
  '04': (catalogue) =>
    catalogue.installQuery(
      'dataModifiedIdOnly',
      'SELECT DISTINCT Data.data_id AS data_id     FROM R_DATA_MAIN Data     WHERE CAST(Data.modify_ts AS INT) > CAST(? AS INT)         AND CAST(Data.modify_ts AS INT) <= CAST(? AS INT)',
    ),
  '14': (catalogue) => catalogue.fault('server-down'),
  '15': (catalogue) => catalogue.fault('server-down'),
  '16': (catalogue) => catalogue.fault('lost-after', 1),
  '17': (catalogue) => {
    catalogue.installQuery('many', 'SELECT A.data_id AS id FROM R_DATA_MAIN A CROSS JOIN R_DATA_MAIN B WHERE ? <> 0');
    catalogue.fault('lost-in-chunk', 2);
  },
};
/** Rows of a query come in any order. */
const UNORDERED = ['01', '02', '03'];

describe('the stand-in for baton', () => {
  let folder: string;
  let catalogue: Catalogue;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'irods-'));
    catalogue = exampleZone(folder);
  });

  afterEach(() => {
    catalogue.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(transcripts())('says what baton said: $name', async ({ name, argv, stdin, stdout, exitCode, signal }) => {
    const number = name.slice(0, 2);
    CIRCUMSTANCES[number]?.(catalogue);
    const ended = await runProgram(installBaton(folder), argv, stdin);
    if (UNORDERED.includes(number)) expect(rowsOf(ended.stdout)).toEqual(rowsOf(stdout));
    else expect(ended.stdout).toBe(stdout);
    expect(ended.stdout).toHaveLength(stdout.length);
    expect(ended.signal).toBe(signal ?? null);
    if (signal === undefined) expect(ended.code).toBe(exitCode);
  });
});

function rowsOf(stdout: string): string[][] {
  return stdout.split('\n').map((line) =>
    line
      .slice(1, -1)
      .split(/(?<=\}), /)
      .toSorted(),
  );
}
