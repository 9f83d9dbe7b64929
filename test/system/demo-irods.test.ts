import { execFile } from 'node:child_process';
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const DEMO = join(ROOT, 'examples', 'sequencing-centre', 'demo', 'main.ts');
const DEADLINE_MS = 180_000;

/** Where the demo puts everything that it needs; gone after the test. */
let scratch: string;

beforeEach(async () => {
  scratch = await realpath(await mkdtemp(join(tmpdir(), 'cookie-monster-demo-test-')));
});

afterEach(async () => rm(scratch, { recursive: true, force: true, maxRetries: 5 }));

describe('the demo of a sequencing centre', () => {
  it('brings everything that happens in a zone through the whole system, as the plan says it must', async () => {
    const args = ['--import', 'tsx', DEMO, '--objects', '150', '--seconds', '8', '--seed', '1', '--once'];
    const { NODE_OPTIONS: _, ...environment } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: ROOT,
      // Addresses that the environment names are not the demo's.
      env: { ...environment, TMPDIR: scratch, TEMPORAL_ADDRESS: '127.0.0.1:9', COUCHDB_URL: 'http://127.0.0.1:9' },
      timeout: DEADLINE_MS,
    });
    for (const line of [
      /objects in the zone +147 +as expected/,
      /settled +140 +as expected/,
      /everything-else +35 +as expected/,
      /failed-qc +6 +as expected/,
      /library-in-study-4113 +5 +as expected/,
      /not-a-cram +76 +as expected/,
      /not-human +21 +as expected/,
      /study-log +11 +as expected/,
      /847 AVUs and 185 replicas, nothing lost, nothing doubled/,
      /Everything is as expected\./,
    ])
      expect(stdout).toMatch(line);
    expect((await readdir(scratch)).filter((name) => /^(cookie-monster|irods)-/.test(name))).toEqual([]);
  }, 200_000);
});
