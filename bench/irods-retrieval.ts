// A whole run of IrodsRetrieval, from a generated catalogue through the stand-in for baton into a jar server of its own: rows a second,
// and the peak memory of each process. Cookies are woken by counting them; no workflow starts, so this is the retrieval alone.
//   npm run bench:retrieval -- [--rows 10000 --rows 100000 --rows 1000000] [--jar both|server|counting]
// "counting" is a jar that keeps nothing: what the retrieval takes by itself. Needs the built package, for the jar server.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { installBaton } from '../test/support/irods/install.ts';
import { generateZone, type GeneratedZone } from './irods-retrieval/generate-zone.ts';
import { cpuSecondsOf, peakOf, runApart, startJarProcess } from './irods-retrieval/processes.ts';

const RETRIEVE = new URL('irods-retrieval/retrieve.ts', import.meta.url);

const measurementSchema = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  startMiB: z.number(),
  peakMiB: z.number(),
  partsMiB: z.array(z.number()),
  wakes: z.number(),
  result: z.object({
    count: z.number(),
    stored: z.number(),
    source: z.object({ rows: z.number(), windows: z.number(), divided: z.number() }),
  }),
});

const { values } = parseArgs({
  options: {
    rows: { type: 'string', multiple: true, default: ['10000', '100000'] },
    jar: { type: 'string', default: 'both' },
  },
});

type Measured = z.infer<typeof measurementSchema>;

console.log('Wakes are counted, and start nothing.');
for (const rows of values.rows.map(Number)) await measureSize(rows);

async function measureSize(rows: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-retrieval-'));
  try {
    const zone = generateZone(folder, rows);
    const bin = installBaton(folder);
    if (values.jar !== 'counting') await measureWithServer(zone, bin, join(folder, 'jar'));
    if (values.jar !== 'server') print(zone, await measure(zone, bin), 'a jar that only counts');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureWithServer(zone: GeneratedZone, bin: string, jarFolder: string): Promise<void> {
  const jar = await startJarProcess(jarFolder);
  try {
    const measured = await measure(zone, bin, ['--jar', jar.url]);
    print(zone, measured, 'an embedded jar server', { cpuSeconds: cpuSecondsOf(jar.pid), peakMiB: peakOf(jar.pid) });
  } finally {
    await jar.stop();
  }
}

async function measure({ objects, since }: GeneratedZone, bin: string, more: readonly string[] = []) {
  const { output, childrenMiB } = await runApart(RETRIEVE, ['--bin', bin, '--since', since, ...more]);
  const measured = measurementSchema.parse(JSON.parse(output));
  if (measured.result.count < objects) throw new Error(`${objects} objects, but ${measured.result.count} updates`);
  return { ...measured, batonMiB: childrenMiB };
}

function print(
  { rows, objects }: GeneratedZone,
  measured: Measured & { readonly batonMiB: number },
  place: string,
  jar?: { readonly cpuSeconds: number; readonly peakMiB: number },
): void {
  const { seconds, cpuSeconds, startMiB, peakMiB, partsMiB, batonMiB, wakes, result } = measured;
  const { windows, divided, rows: read } = result.source;
  const parts = partsMiB.map((part) => part.toFixed(0)).join(' ');
  console.log(
    [
      `${rows} rows of ${objects} objects into ${place}`,
      `  ${seconds.toFixed(1)} s: ${(rows / seconds).toFixed(0)} rows/s, ${(result.count / seconds).toFixed(0)} updates/s`,
      `  ${result.count} updates, ${wakes} wakes; ${windows} windows (${divided} divided), ${read} rows read`,
      `  processor  retrieving ${cpuSeconds.toFixed(1)} s${jar ? `, jar ${jar.cpuSeconds.toFixed(1)} s` : ''}; else it waits, mostly for the stand-in's database`,
      `  memory     retrieving ${startMiB.toFixed(0)} MiB at its start, peak ${peakMiB.toFixed(0)} MiB (by fifths of the run: ${parts})`,
      `             baton's stand-in ${batonMiB.toFixed(0)} MiB${jar ? `, jar ${jar.peakMiB.toFixed(0)} MiB` : ''}`,
    ].join('\n'),
  );
}
