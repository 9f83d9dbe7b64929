import { join } from 'node:path';
import type { Check } from './check.ts';
import { runProgram } from './run-program.ts';

/** baton-do came with 1.0.0. */
const OLDEST = '1.0.0';
const NEWEST_MAJOR = 5;
const HINT = "BATON_BIN_DIR, or the PATH, has baton's programs";
const RANGE = `${OLDEST} to ${NEWEST_MAJOR}.x`;

/** Whether a program of baton can be run, and is one of a version that this package was made for. */
export async function checkVersion(binDir: string | undefined, program: string): Promise<Check> {
  const path = binDir === undefined ? program : join(binDir, program);
  try {
    const { code, stdout, said } = await runProgram(path, ['--version'], HINT);
    if (code === 0) return { check: program, ...judge(stdout.trim(), path) };
    const ended = code === null ? 'was killed' : `exit code ${code}`;
    return { check: program, state: 'failed', detail: `${path} --version: ${ended}: ${said}; allowed: ${HINT}` };
  } catch (error) {
    return { check: program, state: 'failed', detail: error instanceof Error ? error.message : String(error) };
  }
}

function judge(version: string, path: string): Pick<Check, 'state' | 'detail'> {
  const major = /^(\d+)\.\d+/.exec(version)?.[1];
  const detail = `${path} is version ${version === '' ? '(none told)' : version}`;
  if (major === undefined) return { state: 'warning', detail: `${detail}; made for ${RANGE}` };
  if (Number(major) < Number.parseInt(OLDEST, 10)) return { state: 'failed', detail: `${detail}; allowed: ${RANGE}` };
  if (Number(major) > NEWEST_MAJOR) return { state: 'warning', detail: `${detail}, newer than ${RANGE}` };
  return { state: 'ok', detail: `${detail}, made for ${RANGE}` };
}
