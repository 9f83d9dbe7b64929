import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { whyUnreadable } from './unreadable.ts';

/** Called by a bundle with the index and name of the file whose top level runs next. */
export const LOADING_MARK = Symbol.for('cookie-monster.loading');

const FILE = /^cookie-monster-file:(\d+)$/;
const MARK = /^cookie-monster-mark:(\d+)$/;

/** The text of a bundle's entry: it lists each file with what it exports. */
export function entryText(files: readonly string[]): string {
  const imports = files.map((_, index) => `import { m as m${index} } from "cookie-monster-file:${index}";`);
  const list = files.map((file, index) => `[${JSON.stringify(file)}, m${index}]`);
  return `${imports.join('\n')}\nexport const modules = [${list.join(', ')}];\n`;
}

/** Gives the entry its files, each with a mark before it, which tells whose top level it is that throws or hangs. */
export function entryPlugin(folder: string, files: readonly string[]): Plugin {
  return {
    name: 'cookie-monster-entry',
    setup(build) {
      build.onResolve({ filter: FILE }, ({ path }) => ({ path, namespace: 'user-file' }));
      build.onResolve({ filter: MARK }, ({ path }) => ({ path, namespace: 'user-mark', sideEffects: true }));
      build.onLoad({ filter: FILE, namespace: 'user-file' }, async ({ path }) => {
        const index = Number(FILE.exec(path)?.[1]);
        const file = files[index] ?? '';
        const fault = await whyUnreadable(join(folder, file));
        if (fault !== undefined) return { errors: [{ text: fault, location: { file } }] };
        const from = JSON.stringify(`./${file}`);
        const contents = `import "cookie-monster-mark:${index}";\nimport * as m from ${from};\nexport { m };`;
        return { contents, resolveDir: folder };
      });
      build.onLoad({ filter: MARK, namespace: 'user-mark' }, ({ path }) => {
        const index = Number(MARK.exec(path)?.[1]);
        const args = `${index}, ${JSON.stringify(files[index])}`;
        return { contents: `globalThis[Symbol.for("${LOADING_MARK.description ?? ''}")]?.(${args});` };
      });
    },
  };
}
