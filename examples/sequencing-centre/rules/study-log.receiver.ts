import { defineReceiver } from 'cookie-monster';
import { appendLine } from './append-line.ts';

/**
 * Tells of libraries in watched studies: in `watched-studies.jsonl` in the data folder, as mail or a chat would. A line
 * that came twice has the same `id` twice.
 */
export default defineReceiver({
  id: 'study-log',
  accepts: ({ about }) => about === 'library_in_watched_study',
  receive: async ({ id, at, data }, context) => appendLine(context, 'watched-studies.jsonl', { id, at, library: data }),
});
