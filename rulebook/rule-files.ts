import { type BundleOutcome, bundleFiles } from '../bundling/bundle.ts';
import { findFiles } from '../bundling/find-files.ts';
import { RulesFolderMissingError } from './errors.ts';

const RULE_FILE = /^[^.].*\.(rule|loader|receiver)\.[cm]?[jt]s$/;

/**
 * Finds the `*.rule.ts`, `*.loader.ts` and `*.receiver.ts` files (also `.js`, `.mts`, `.mjs`, `.cts`, `.cjs`) of a folder
 * and its subfolders but `node_modules` and those whose name starts with a dot.
 * The name says what a person expects inside; definitions of any kind are taken from any of them.
 * @returns sorted paths relative to the folder, with `/` between their parts
 * @throws RulesFolderMissingError
 */
export async function discoverRuleFiles(folder: string): Promise<string[]> {
  const found = await findFiles(folder, RULE_FILE);
  if (found === undefined) throw new RulesFolderMissingError(folder);
  return found;
}

/** Bundles rule files (relative paths, sorted) of a folder into one text; its hash names the rulebook version. */
export async function bundleRules(folder: string, files: readonly string[]): Promise<BundleOutcome> {
  return bundleFiles(folder, files, { name: 'rulebook' });
}
