import { type Context, defineRule, notify } from 'cookie-monster';
import { currentFile } from './current-file.ts';

const DEFAULT_BYTES = 250_000;

/** Reports files larger than `large_file_bytes` of the `context` section in `configs/cookie-monster.json`. */
export default defineRule({
  id: 'large-file',
  priority: 20,
  matches: (cookie, context) => Number(currentFile(cookie)?.['size'] ?? 0) > limit(context),
  action: (cookie) => {
    const size = currentFile(cookie)?.['size'] ?? null;
    return { notifications: [notify('large_file', { data: { path: cookie.path, size } })] };
  },
});

function limit({ config }: Context): number {
  const bytes = config['large_file_bytes'];
  return typeof bytes === 'number' ? bytes : DEFAULT_BYTES;
}
