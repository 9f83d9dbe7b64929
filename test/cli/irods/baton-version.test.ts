import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkVersion } from '../../../cli/irods/baton-version.ts';

let bin: string;

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'baton-version-'));
});

afterEach(() => rmSync(bin, { recursive: true, force: true }));

function putBaton(script: string): void {
  writeFileSync(join(bin, 'baton-do'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, 'baton-do'), 0o755);
}

describe('the version of baton', () => {
  it.each([
    ['1.0.0', 'ok'],
    ['3.3.0', 'ok'],
    ['5.0.1-2-g0dbedc7', 'ok'],
    ['0.16.4', 'failed'],
    ['6.0.0', 'warning'],
    ['g0dbedc7-dirty', 'warning'],
  ])('%s is %s', async (version, state) => {
    putBaton(`echo ${version}`);
    expect(await checkVersion(bin, 'baton-do')).toMatchObject({ state, detail: expect.stringContaining(version) });
  });

  it('is not known where baton cannot start, and what it says then is told', async () => {
    putBaton('echo "error while loading shared libraries: libirods_client.so" >&2; exit 127');
    expect(await checkVersion(bin, 'baton-do')).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/exit code 127: .*libirods_client\.so/),
    });
    expect(await checkVersion(bin, 'baton-specificquery')).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/baton-specificquery cannot be run/),
    });
  });
});
