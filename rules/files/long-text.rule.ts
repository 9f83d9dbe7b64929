import { defineRule, notify } from 'cookie-monster';

const LINES = 1000;

/** Reports text files of more than a thousand lines; needs the statistics that a loader brings. */
export default defineRule({
  id: 'long-text',
  matches: ({ enrichments }) => Number(enrichments.mostRecent('text_statistics')?.metadata['lines'] ?? 0) > LINES,
  action: ({ path, enrichments }) => {
    const lines = enrichments.mostRecent('text_statistics')?.metadata['lines'] ?? null;
    return { notifications: [notify('long_text', { data: { path, lines } })] };
  },
});
