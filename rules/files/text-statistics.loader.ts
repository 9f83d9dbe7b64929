import { type Context, type Cookie, type JsonObject, defineLoader } from 'cookie-monster';
import { fileState, isNewTo, unreadable } from './current-file.ts';
import { openFile } from './open-file.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/** Counts lines, words and characters of text files, of very long ones in their first 16 MiB. */
export default defineLoader({
  id: 'text-statistics',
  priority: 20,
  canEnrich: (cookie) => isText(cookie) && isNewTo('text_statistics', cookie),
  load: async (cookie, context) => {
    const found = await count(cookie.path, context).catch((error: unknown) => {
      // Being stopped says nothing about the file.
      context.signal.throwIfAborted();
      return unreadable(error);
    });
    return { source: 'text_statistics', metadata: { ...found, of: fileState(cookie) } };
  },
});

function isText(cookie: Cookie): boolean {
  const found = cookie.enrichments.mostRecent('media_type')?.metadata['media_type'];
  return typeof found === 'string' && found.startsWith('text/');
}

async function count(path: string, context: Context): Promise<JsonObject> {
  let [lines, words, characters, last] = [0, 0, 0, '\n'];
  const file = await openFile(path);
  const stream = file.createReadStream({ encoding: 'utf8', end: MAX_BYTES - 1, signal: context.signal });
  for await (const chunk of stream as AsyncIterable<string>) {
    for (const character of chunk) {
      characters += 1;
      if (character === '\n') lines += 1;
      if (isSpace(last) && !isSpace(character)) words += 1;
      last = character;
    }
    context.heartbeat();
  }
  // A last line that no line feed ends is a line too.
  if (last !== '\n') lines += 1;
  return { lines, words, characters, complete: stream.bytesRead < MAX_BYTES };
}

function isSpace(character: string): boolean {
  return character <= ' ' || (character > '~' && /\s/u.test(character));
}
