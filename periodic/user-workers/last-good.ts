import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Versions } from './settle-names.ts';
import type { SurveyMeans, WorkerVersion } from './survey-file.ts';

const versionSchema = z.object({ hash: z.string(), text: z.string(), names: z.array(z.string()) });
const recordSchema = z.record(z.string(), versionSchema) satisfies z.ZodType<Record<string, WorkerVersion>>;

type Place = Pick<SurveyMeans, 'folder' | 'cacheFolder'>;

/** The versions that were in force when the process before this one ended, so that a file that is broken now still has a good one. */
export async function recallVersions(place: Place): Promise<Versions> {
  const text = await readFile(pathOf(place), 'utf8').catch(() => '');
  try {
    const versions = Object.entries(recordSchema.parse(JSON.parse(text)));
    // Whoever may write there could have it run anything under a known name.
    return new Map(
      versions.filter(([, version]) => createHash('sha256').update(version.text).digest('hex') === version.hash),
    );
  } catch {
    // None was kept, or its form was another.
    return new Map();
  }
}

/** Keeps the versions that are in force now. */
export async function rememberVersions(place: Place, versions: Versions): Promise<void> {
  const text = JSON.stringify(Object.fromEntries(versions));
  const path = pathOf(place);
  if ((await readFile(path, 'utf8').catch(() => '{}')) === text) return;
  await mkdir(place.cacheFolder, { recursive: true });
  const draft = `${path}.${randomUUID()}.tmp`;
  await writeFile(draft, text);
  await rename(draft, path);
}

function pathOf({ folder, cacheFolder }: Place): string {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  return join(cacheFolder, `last-good-${name}.json`);
}
