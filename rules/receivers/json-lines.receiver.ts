import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { defineReceiver } from 'cookie-monster';

/**
 * Appends each notification as a line of JSON to `notifications.jsonl` in the data folder. A notification may come
 * twice, with the same `id`: readers keep one of them.
 */
export default defineReceiver({
  id: 'json-lines',
  accepts: ({ about }) => about !== 'nothing_more_to_learn',
  receive: async (notification, { home }) => {
    await mkdir(home, { recursive: true });
    const file = await open(join(home, 'notifications.jsonl'), 'a');
    try {
      // In one write, so that lines of several threads do not run into each other.
      await file.write(Buffer.from(`${JSON.stringify(notification)}\n`));
    } finally {
      await file.close();
    }
  },
});
