import { readFile } from 'node:fs/promises';
import { sep } from 'node:path';
import { type BundleOutcome, bundleFiles } from '../../bundling/bundle.ts';
import { findFiles } from '../../bundling/find-files.ts';

const WORKER_FILE = /^[^.].*\.worker\.[cm]?[jt]s$/;

/**
 * Finds the `*.worker.ts` files (also `.js`, `.mts`, `.mjs`, `.cts`, `.cjs`) of a folder and its subfolders but
 * `node_modules` and those whose name starts with a dot.
 * @returns sorted paths relative to the folder, with `/` between their parts; undefined if there is no such folder
 */
export async function findWorkerFiles(folder: string): Promise<string[] | undefined> {
  return findFiles(folder, WORKER_FILE);
}

/** Bundles one worker file alone, its classes keeping their names. */
export async function bundleWorker(folder: string, file: string): Promise<BundleOutcome> {
  return bundleFiles(folder, [file], { name: 'worker', keepNames: true });
}

/** Names of the classes that the users' own files among the inputs of a bundle declare as abstract: this does not outlive the bundling. */
export async function abstractClasses(inputs: readonly string[]): Promise<ReadonlySet<string>> {
  const own = inputs.filter((path) => /\.[cm]?tsx?$/.test(path) && !path.split(sep).includes('node_modules'));
  const texts = await Promise.all(own.map(async (path) => readFile(path, 'utf8').catch(() => '')));
  return new Set(texts.flatMap(declaredAbstract));
}

function declaredAbstract(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, ' ').replaceAll(/\/\/.*$/gm, ' ');
  return [...code.matchAll(/\babstract\s+class\s+([\p{L}_$][\p{L}\p{N}_$]*)/gu)].map(([, name = '']) => name);
}
