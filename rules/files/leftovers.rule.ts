import { Priority, defineRule } from 'cookie-monster';
import { currentFile } from './current-file.ts';

const LEFTOVER =
  /\/(\.git|\.svn|\.hg|node_modules|__pycache__)\/|(~|\.sw[op]|\.tmp|\.pyc|\.map|\.tsbuildinfo|\/\.DS_Store)$/;

/** Stops at once for files that nobody wants to hear of: version control, installed packages, what compilers and editors leave behind, empty files. */
export default defineRule({
  id: 'leftovers',
  priority: Priority.MAX,
  matches: (cookie) => LEFTOVER.test(cookie.identifier) || currentFile(cookie)?.['size'] === 0,
  action: () => ({ terminate: true }),
});
