import { type Cookie, Priority, defineRule } from 'cookie-monster';
import { currentFile } from './current-file.ts';

const LEFTOVER =
  /\/(\.git|\.svn|\.hg|node_modules|__pycache__)\/|(~|\.sw[op]|\.tmp|\.pyc|\.map|\.tsbuildinfo|\/\.DS_Store)$/;

/** Stops at once for files that nobody wants to hear of: version control, installed packages, what compilers and editors leave behind, empty files. */
export default defineRule({
  id: 'leftovers',
  priority: Priority.MAX,
  matches: (cookie) => LEFTOVER.test(cookie.identifier) || isEmpty(cookie),
  action: () => ({ terminate: true }),
});

/** One that was not always empty passes once more, so that its digests do not tell for ever what it was. */
function isEmpty(cookie: Cookie): boolean {
  const size = currentFile(cookie)?.['size'];
  return size === 0 && Number(cookie.enrichments.mostRecent('digests')?.metadata['size'] ?? 0) === 0;
}
