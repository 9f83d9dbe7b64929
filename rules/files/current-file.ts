import type { Cookie, JsonObject } from 'cookie-monster';

/** What the folder retrieval last said about the file; undefined for cookies that are no files of a folder. */
export function currentFile(cookie: Cookie): JsonObject | undefined {
  return cookie.enrichments.mostRecent('folder_update')?.metadata;
}

/** Marks which state of the file an enrichment is about: repeated in its metadata, so that each state is looked at once. */
export function fileState(cookie: Cookie): string {
  const file = currentFile(cookie);
  return JSON.stringify([file?.['modified'], file?.['size']]);
}

/** Whether a source has nothing to say yet about the file as it is now. */
export function isNewTo(source: string, cookie: Cookie): boolean {
  if (currentFile(cookie) === undefined) return false;
  const state = fileState(cookie);
  return !cookie.enrichments.fromSource(source).some(({ metadata }) => metadata['of'] === state);
}

/** Why a file could not be read, as metadata: known trouble is knowledge too, and asking again would not help. */
export function unreadable(error: unknown): JsonObject {
  return { unreadable: error instanceof Error ? error.message : String(error) };
}
