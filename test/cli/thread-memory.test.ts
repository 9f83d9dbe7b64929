import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const BUILT = pathToFileURL(join(import.meta.dirname, '..', '..', 'dist', 'cli', 'thread-memory.js')).href;

/** Ends by itself even where nothing limits it. */
const GREEDY = `const all = []; for (let n = 0; n < 3000; n++) all.push(new Array(10000).fill(n))`;

/** What becomes of a thread that may have 48 MiB and wants 240, in a process that was given 2 GiB. */
async function fateOfGreedyThread(before: string): Promise<string> {
  const script = `
    import { Worker } from 'node:worker_threads';
    import { getHeapStatistics } from 'node:v8';
    import { keepThreadLimits } from '${BUILT}';
    ${before}
    const own = Math.round(getHeapStatistics().heap_size_limit / 2 ** 30);
    const thread = new Worker(${JSON.stringify(GREEDY)}, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 48 } });
    thread.on('error', ({ code }) => console.log(own, code));
    thread.on('exit', (code) => code === 0 && console.log(own, 'had it all'));`;
  const args = ['--max-old-space-size=2048', '--input-type=module', '--eval', script];
  return (await promisify(execFile)(process.execPath, args)).stdout.trim();
}

describe('the limit of a thread', () => {
  it('holds though the process was given more memory, which it keeps', async () => {
    expect(await fateOfGreedyThread('keepThreadLimits();')).toBe('2 ERR_WORKER_OUT_OF_MEMORY');
  });

  it('would not hold otherwise', async () => {
    expect(await fateOfGreedyThread('')).toBe('2 had it all');
  });
});
