import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { type Loader, type OnLoadResult, type Plugin, transform } from 'esbuild';
import { placeName, placeholder } from './places.ts';
import { whyUnreadable } from './unreadable.ts';

const LOADERS: Record<string, Loader> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
};

const ASKS_WHERE_IT_IS = /\bimport\s*\.\s*meta\b|\b__dirname\b|\b__filename\b/;

/**
 * Lets every bundled file go on knowing where it lies: `import.meta.url`, `.dirname`, `.filename`, `__dirname` and
 * `__filename` become placeholders relative to the folder. Notes each file read in `inputs`.
 */
export function placesPlugin(folder: string, inputs: Set<string>): Plugin {
  return {
    name: 'cookie-monster-places',
    setup(build) {
      build.onLoad({ filter: /./, namespace: 'file' }, async ({ path }) => {
        inputs.add(path);
        const fault = await whyUnreadable(path);
        if (fault !== undefined) return { errors: [{ text: `${placeName(folder, path)} ${fault}` }] };
        const loader = LOADERS[extname(path)];
        return loader === undefined ? undefined : withPlaces(folder, path, loader);
      });
    },
  };
}

async function withPlaces(folder: string, path: string, loader: Loader): Promise<OnLoadResult | undefined> {
  const source = await readFile(path, 'utf8');
  if (!ASKS_WHERE_IT_IS.test(source)) return { contents: source, loader };
  try {
    const { code } = await transform(source, {
      loader,
      define: placeDefines(placeName(folder, path)),
      jsx: 'preserve',
      sourcemap: 'inline',
      sourcesContent: false,
      sourcefile: basename(path),
      logLevel: 'silent',
    });
    return { contents: code, loader: loader === 'tsx' || loader === 'jsx' ? 'jsx' : 'js' };
  } catch {
    // The bundler reports the same fault with the file's path.
    return { contents: source, loader };
  }
}

function placeDefines(name: string): Record<string, string> {
  const url = placeholder('url', name);
  const filename = placeholder('filename', name);
  const dirname = placeholder('dirname', name);
  return {
    // As a whole where a file takes it apart: then it holds these three alone.
    'import.meta': JSON.stringify({ url, filename, dirname }),
    'import.meta.url': JSON.stringify(url),
    'import.meta.filename': JSON.stringify(filename),
    'import.meta.dirname': JSON.stringify(dirname),
    __filename: JSON.stringify(filename),
    __dirname: JSON.stringify(dirname),
  };
}
