// One run of IrodsRetrieval in a process of its own, so that its peak memory is its own; prints what it measured as JSON.
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { openJar } from '../../cookiejar/open-jar.ts';
import { createWorkerJar } from '../../periodic/worker-jar.ts';
import { IrodsRetrieval } from '../../retrieval/irods/retrieval/irods-retrieval.ts';
import { MemoryDocuments } from '../../test/support/jar-memory.ts';
import { CountingJar } from './counting-jar.ts';

const MIB = 1024 ** 2;
const SAMPLE_MS = 100;
const PARTS = 5;

const { values } = parseArgs({
  options: { bin: { type: 'string' }, since: { type: 'string' }, jar: { type: 'string' } },
});

let wakes = 0;
const { jar, documents, close } = await open(values.jar);
const retrieval = new IrodsRetrieval({
  worker: 'IrodsRetrieval',
  config: {
    worker: { zone: 'seq', interval: 'hourly', ...(values.since === undefined ? {} : { since: values.since }) },
  },
  logger: pino({ level: 'silent' }),
  jar: createWorkerJar({
    jar,
    documents,
    wake: async () => {
      wakes += 1;
      return Promise.resolve();
    },
  }),
  signal: new AbortController().signal,
  startedAt: new Date(),
  heartbeat: () => {},
  ...(values.bin === undefined ? {} : { batonBinDir: values.bin }),
});
const samples: number[] = [];
const sampling = setInterval(() => samples.push(process.memoryUsage.rss() / MIB), SAMPLE_MS);
const startMiB = process.memoryUsage.rss() / MIB;
const cpuBegun = process.cpuUsage();
const begun = performance.now();
const result = await retrieval.callback();
const seconds = (performance.now() - begun) / 1000;
const { user, system } = process.cpuUsage(cpuBegun);
const cpuSeconds = (user + system) / 1_000_000;
clearInterval(sampling);
const part = Math.ceil(samples.length / PARTS);
const partsMiB = Array.from({ length: PARTS }, (_, index) =>
  Math.max(0, ...samples.slice(index * part, (index + 1) * part)),
);
const peakMiB = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ seconds, cpuSeconds, startMiB, peakMiB, partsMiB, wakes, result }));
await close();

async function open(url: string | undefined) {
  if (url !== undefined) return openJar({ url, database: 'bench' });
  const kept = new MemoryDocuments();
  return { jar: new CountingJar(kept), documents: kept, close: async () => Promise.resolve() };
}
