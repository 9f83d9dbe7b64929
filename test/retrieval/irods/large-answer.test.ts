import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpecificQueries } from '../../../retrieval/irods/specific-queries.ts';

const MB = 1024 ** 2;
const ROWS = 500_000;
const ROW = {
  coll_name: '/seq/13240',
  data_checksum: '2ebec02316ddc3ee64a67c89b5e3140c',
  data_id: '14237451',
  data_modify_ts: '01402406401',
  data_name: '13240_2#31.cram',
  data_repl_num: '0',
  data_repl_status: '1',
};

let bin: string;

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'flood-'));
});

afterEach(() => rmSync(bin, { recursive: true, force: true }));

/** A program that answers with one line of very many rows. */
function putFlood(): void {
  const script = `#!${process.execPath}
const { writeSync } = require('node:fs');
const row = ', ' + ${JSON.stringify(JSON.stringify(ROW))};
writeSync(1, '[' + row.slice(2));
for (let done = 1; done < ${ROWS}; done += 1000) writeSync(1, row.repeat(Math.min(1000, ${ROWS} - done)));
writeSync(1, ']\\n');
`;
  writeFileSync(join(bin, 'baton-specificquery'), script);
  chmodSync(join(bin, 'baton-specificquery'), 0o755);
}

describe('an answer of half a million rows on one line', () => {
  it('is read in memory that does not grow with it', async () => {
    putFlood();
    const queries = new SpecificQueries({ binDir: bin });
    let count = 0;
    let peak = 0;
    const before = process.memoryUsage().rss;
    for await (const row of queries.rows('dataModifiedPartial', ['0', '1'])) {
      if (count === 0) expect(row).toEqual(ROW);
      count += 1;
      if (count % 10_000 === 0) peak = Math.max(peak, process.memoryUsage().rss - before);
    }
    expect(count).toBe(ROWS);
    expect(ROWS * JSON.stringify(ROW).length).toBeGreaterThan(80 * MB);
    // The collector takes its time; the line alone, held as text and as rows, is several times as much.
    expect(peak).toBeLessThan(200 * MB);
    await queries.close();
  });
});
