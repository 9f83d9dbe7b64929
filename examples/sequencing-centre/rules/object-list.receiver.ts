import { defineReceiver } from 'cookie-monster';
import { appendLine } from './append-line.ts';

/** Keeps the list of objects: `objects.jsonl` in the data folder. A line that came twice has the same `id` twice. */
export default defineReceiver({
  id: 'object-list',
  accepts: ({ about }) => about === 'object_to_list',
  receive: async ({ id, at, data }, context) => appendLine(context, 'objects.jsonl', { id, at, object: data }),
});
