import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type BuildFailure, type BuildOptions, type Message, build } from 'esbuild';
import { entryPlugin, entryText } from './entry-plugin.ts';
import { packagesPlugin } from './packages-plugin.ts';
import { placeholder } from './places.ts';
import { placesPlugin } from './places-plugin.ts';
import { joinSourceMap } from './source-map.ts';
import type { SourceProblem } from './source-problem.ts';

/** Files of a folder with what they import, in one text. */
export interface Bundle {
  /** sha256 of the text, in hex. */
  readonly hash: string;
  /** An ES module with placeholders for places. The same wherever the folder lies. */
  readonly text: string;
}

/** What came of bundling. */
export interface BundleOutcome {
  /** Absent where there are problems. */
  readonly bundle?: Bundle;
  readonly problems: readonly SourceProblem[];
  /** Absolute paths of all files that went in, or were found before bundling failed. */
  readonly inputs: readonly string[];
  /** Absolute paths, without extension maybe, of files that were imported and are not there. */
  readonly missing: readonly string[];
}

/** How files are bundled. */
export interface BundleOptions {
  /** What the whole is called in stacks. */
  readonly name: string;
  /** Whether classes and functions keep their names, whatever else is called the same. @default false */
  readonly keepNames?: boolean;
}

/** Bundles files (relative paths, sorted) of a folder into one content-hashed text. */
export async function bundleFiles(
  folder: string,
  files: readonly string[],
  options: BundleOptions,
): Promise<BundleOutcome> {
  const real = await realpath(folder);
  const inputs = new Set<string>();
  try {
    const { outputFiles } = await build(buildOptions(real, files, inputs, options));
    const text = joinSourceMap(textOf(outputFiles, '.mjs'), textOf(outputFiles, '.map'));
    const hash = createHash('sha256').update(text).digest('hex');
    return { bundle: { hash, text }, problems: [], inputs: [...inputs], missing: [] };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    const missing = error.errors.flatMap((message) => missingFile(real, message));
    const links = await linksAmong(real, files);
    return { problems: error.errors.map((message) => toProblem(message, links)), inputs: [...inputs], missing };
  }
}

function buildOptions(
  folder: string,
  files: readonly string[],
  inputs: Set<string>,
  { name, keepNames = false }: BundleOptions,
) {
  return {
    absWorkingDir: folder,
    stdin: { contents: entryText(files), resolveDir: folder, sourcefile: name, loader: 'js' },
    outfile: join(folder, `${name}.mjs`),
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    keepNames,
    sourcemap: 'external',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'silent',
    logLimit: 0,
    banner: { js: banner(name) },
    plugins: [entryPlugin(folder, files), packagesPlugin(folder), placesPlugin(folder, inputs)],
  } satisfies BuildOptions;
}

// CommonJS packages call `require` for Node's own modules, which an ES module does not have.
function banner(name: string): string {
  const from = JSON.stringify(placeholder('filename', `${name}.mjs`));
  return `import { createRequire as __cookieMonsterRequire } from "node:module"; const require = __cookieMonsterRequire(${from});`;
}

function textOf(outputs: readonly { readonly path: string; readonly text: string }[], suffix: string): string {
  const output = outputs.find(({ path }) => path.endsWith(suffix));
  if (output === undefined) throw new Error(`the bundler gave no ${suffix} output`);
  return output.text;
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors) && error.errors.length > 0;
}

/** The files that are links, or lie in linked folders, by the paths of their targets as the bundler tells them. */
async function linksAmong(folder: string, files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const targets = await Promise.all(
    files.map(async (file) => [relative(folder, await realpath(join(folder, file)).catch(() => '')), file] as const),
  );
  return new Map(targets.filter(([target]) => !files.includes(target)));
}

function toProblem({ text, location }: Message, links: ReadonlyMap<string, string>): SourceProblem {
  if (location === null) return { reason: text };
  // Users look for it in their folder, whatever it leads to.
  const file = (links.get(location.file) ?? location.file).replaceAll('\\', '/');
  // What is wrong with the file as a whole has no line.
  if (location.line === 0) return { file, reason: text };
  return { file, line: location.line, column: location.column + 1, reason: text };
}

function missingFile(folder: string, { text, location }: Message): string[] {
  const wanted = /^Could not resolve "(\.[^"]*)"/.exec(text)?.[1];
  return wanted === undefined || location === null ? [] : [resolve(folder, location.file, '..', wanted)];
}
