import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ROOT } from './project-files.ts';

/** Stands in for npm: notes what it was asked for, writes jest's report, and fails or hangs where it is told to. */
const NPM = `#!/bin/sh
echo "$*" >> "$ASKED"
for argument; do
  case "$argument" in --outputFile=*) [ -z "$REPORT" ] || echo "$REPORT" > "\${argument#--outputFile=}" ;; esac
done
if [ "$*" = "$HANG_AT" ]; then exec sleep 60; fi
case "$*" in "\${FAIL_AT:-nothing}"*) exit 1 ;; esac
`;

const GOOD = { numPassedTests: 12, numFailedTests: 0, numRuntimeErrorTestSuites: 0 };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cookie-monster-ci-'));
  for (const path of ['.ci/run', 'scripts/ci-count.mjs']) cpSync(join(ROOT, path), join(folder, path));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/npm'), NPM);
  chmodSync(join(folder, 'bin/npm'), 0o755);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

interface Plan {
  readonly failAt?: string;
  readonly report?: object;
  readonly hangAt?: string;
}

function start({ failAt = '', report, hangAt = '' }: Plan): ChildProcess {
  return spawn('bash', ['.ci/run'], {
    cwd: folder,
    env: {
      ...process.env,
      PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`,
      FAIL_AT: failAt,
      HANG_AT: hangAt,
      REPORT: report === undefined ? '' : JSON.stringify(report),
      ASKED: join(folder, 'asked'),
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; lines: string[] }> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return { code, lines: output.trimEnd().split('\n') };
}

function asked(): string[] {
  return readFileSync(join(folder, 'asked'), 'utf8').trimEnd().split('\n');
}

describe('.ci/run', () => {
  it('installs, makes every check, runs the tests, and ends with their count', async () => {
    const { code, lines } = await ended(start({ report: GOOD }));
    expect({ code, last: lines.at(-1) }).toEqual({ code: 0, last: '12 passed, 0 failed' });
    const checks = ['format', 'lint', 'types', 'dead'].map((check) => `run --silent check:${check}`);
    expect(asked()).toEqual(['ci', ...checks, expect.stringMatching(/^test -- --json --outputFile=/)]);
  });

  it('counts failed tests, and files that could not be run', async () => {
    const report = { numPassedTests: 7, numFailedTests: 2, numRuntimeErrorTestSuites: 1 };
    const { code, lines } = await ended(start({ failAt: 'test', report }));
    expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: '7 passed, 3 failed' });
  });

  it('counts a failed check, names it, and runs the tests nevertheless', async () => {
    const { code, lines } = await ended(start({ failAt: 'run --silent check:lint', report: GOOD }));
    expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: '12 passed, 1 failed' });
    expect(lines).toContain('FAILED: npm run --silent check:lint');
  });

  it('fails when no test ran', async () => {
    const none = { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 0 };
    const { code, lines } = await ended(start({ report: none }));
    expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: '0 passed, 1 failed' });
    expect(lines).toContain('FAILED: no test ran');
  });

  it('fails when the tests end with an error that is no failed test', async () => {
    const { code, lines } = await ended(start({ failAt: 'test', report: GOOD }));
    expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: '12 passed, 1 failed' });
  });

  it('fails when the installation fails, and tries nothing more', async () => {
    const { code, lines } = await ended(start({ failAt: 'ci' }));
    expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: '0 passed, 2 failed' });
    expect(asked()).toEqual(['ci']);
  });

  it('ends what it started when it is ended', async () => {
    const child = start({ hangAt: 'run --silent check:format' });
    const end = ended(child);
    await hung(child);
    child.kill('SIGTERM');
    // The output closes only when the step that hung has ended too.
    expect((await end).code).toBe(143);
  });
});

async function hung(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('check:format')) resolve();
    });
  });
}
