import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Environment } from './environment.ts';
import { describeProblem } from './errors.ts';
import { readJsonFile } from './json-files.ts';

/** Whom iRODS's own programs connect as, as far as its environment file and variables tell. */
export interface IrodsEnvironment {
  /** Path of the environment file that counts. */
  readonly file: string;
  /** Why that file tells nothing. */
  readonly problem?: string;
  readonly user?: string;
  /** The home zone. */
  readonly zone?: string;
  readonly host?: string;
  readonly port?: string;
}

const FILE_BELOW_HOME = join('.irods', 'irods_environment.json');

/** iRODS's names, as its file has them; its variables have the same in capitals, and win. */
const KEYS = {
  user: 'irods_user_name',
  zone: 'irods_zone_name',
  host: 'irods_host',
  port: 'irods_port',
} as const;

const valueSchema = z.union([z.string().min(1), z.number()]).transform(String);

/** Reads what iRODS's C library would read; nothing of it is needed but to tell people. */
export function readIrodsEnvironment(env: Environment = process.env): IrodsEnvironment {
  const file = env['IRODS_ENVIRONMENT_FILE'] || join(env['HOME'] ?? homedir(), FILE_BELOW_HOME);
  const { value, problems } = readJsonFile(file, file);
  const known = Object.entries(KEYS).flatMap(([name, key]): [string, string][] => {
    const { data } = valueSchema.safeParse(env[key.toUpperCase()] || value?.[key]);
    return data === undefined ? [] : [[name, data]];
  });
  const missing = value === undefined ? `there is no ${file}` : undefined;
  const problem = problems[0] === undefined ? missing : describeProblem(problems[0]);
  return { file, ...(problem === undefined ? {} : { problem }), ...Object.fromEntries(known) };
}
