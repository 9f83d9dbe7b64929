import { readFile, readdir } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild';
import { resolveOwnPackage } from './package-root.ts';
import { placeName, placeholder } from './places.ts';

const OWN_PACKAGE = /^cookie-monster(\/.*)?$/;
const BARE_SPECIFIER = /^[^./]/;
const SEEN = Symbol('resolved by the packages plugin already');

/**
 * Decides what happens to packages: `cookie-monster` is the one that runs, packages with native addons stay outside and
 * are found from the folder, all others are bundled in.
 */
export function packagesPlugin(folder: string): Plugin {
  return {
    name: 'cookie-monster-packages',
    setup(build) {
      leaveOwnPackageOutside(build);
      leaveNativePackagesOutside(build, folder);
    },
  };
}

function leaveOwnPackageOutside(build: PluginBuild): void {
  build.onResolve({ filter: OWN_PACKAGE }, ({ path, namespace }) =>
    namespace === 'own-package'
      ? { path: placeholder('package', path), external: true }
      : { path, namespace: 'own-package' },
  );
  build.onLoad({ filter: /./, namespace: 'own-package' }, async ({ path }) => {
    // With its names spelt out, a misspelt import is found here, with file and line, and not when the bundle is loaded.
    const names = await ownExports(path);
    return { contents: `export { ${names.join(', ')} } from ${JSON.stringify(path)};` };
  });
}

async function ownExports(specifier: string): Promise<string[]> {
  const exports: object = await import(pathToFileURL(resolveOwnPackage(specifier)).href);
  return Object.keys(exports);
}

function leaveNativePackagesOutside(build: PluginBuild, folder: string): void {
  const judged = new Map<string, Promise<boolean>>();
  const isNative = (home: string): Promise<boolean> => {
    const known = judged.get(home) ?? hasNativeAddon(home);
    judged.set(home, known);
    return known;
  };
  build.onResolve({ filter: /\.node$/ }, (args) => resolveAddon(build, args, folder));
  build.onResolve({ filter: BARE_SPECIFIER }, async (args) => {
    if (args.namespace === 'native-package') return { path: args.path, external: true };
    if (args.pluginData === SEEN || args.kind === 'entry-point' || isBuiltin(args.path)) return undefined;
    const found = await resolveOnce(build, args);
    if (found.errors.length > 0 || found.namespace !== 'file') return undefined;
    if (found.path.endsWith('.node')) return { path: addonPlace(folder, found.path), external: true };
    const home = packageFolder(found.path);
    if (home === undefined || !(await isNative(home))) return undefined;
    return { path: args.path, namespace: 'native-package' };
  });
  build.onLoad({ filter: /./, namespace: 'native-package' }, ({ path }) => ({
    contents: `module.exports = require(${JSON.stringify(path)});`,
  }));
}

async function resolveAddon(
  build: PluginBuild,
  args: OnResolveArgs,
  folder: string,
): Promise<OnResolveResult | undefined> {
  if (args.pluginData === SEEN) return undefined;
  const found = await resolveOnce(build, args);
  return found.errors.length > 0 ? undefined : { path: addonPlace(folder, found.path), external: true };
}

function resolveOnce(build: PluginBuild, { path, kind, importer, resolveDir, namespace }: OnResolveArgs) {
  return build.resolve(path, { kind, importer, resolveDir, namespace, pluginData: SEEN });
}

function addonPlace(folder: string, path: string): string {
  return placeholder('filename', placeName(folder, path));
}

/** The folder `…/node_modules/<name>` or `…/node_modules/@<scope>/<name>` that a file belongs to. */
function packageFolder(path: string): string | undefined {
  return /^.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+/.exec(path)?.[0];
}

async function hasNativeAddon(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((): string[] => []);
  if (names.some((name) => name === 'binding.gyp' || name === 'prebuilds' || name.endsWith('.node'))) return true;
  const built = await readdir(join(folder, 'build', 'Release')).catch((): string[] => []);
  if (built.some((name) => name.endsWith('.node'))) return true;
  const manifest = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
  return /"(gypfile|napi)"\s*:/.test(manifest);
}
