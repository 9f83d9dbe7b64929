import { logError } from './output.ts';

/** Flags and option values as given. */
export interface CommandLine {
  readonly program: string;
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
}

const EVERYWHERE = ['debug', 'help', 'verbose', 'version'];
const DECORATIONS = ['acl', 'avu', 'checksum', 'replicate', 'size', 'timestamp'];
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  'baton-do': ['no-error', 'server-version', 'silent', 'single-server', 'unbuffered', 'unsafe', 'wlock'],
  'baton-list': [...DECORATIONS, 'contents', 'silent', 'unbuffered', 'unsafe'],
  'baton-metamod': ['silent', 'unbuffered', 'unsafe'],
  'baton-metaquery': [...DECORATIONS, 'coll', 'obj', 'silent', 'unbuffered', 'unsafe'],
  'baton-specificquery': ['unbuffered'],
};
const VALUES: Readonly<Record<string, readonly string[]>> = {
  'baton-do': ['connect-time', 'file', 'zone'],
  'baton-list': ['connect-time', 'file'],
  'baton-metamod': ['operation', 'connect-time', 'file'],
  'baton-metaquery': ['connect-time', 'file', 'zone'],
  'baton-specificquery': ['file', 'zone'],
};

/** Reads a command line as getopt_long_only does: unique abbreviations count, what is unknown is only complained of. */
export function readCommandLine(program: string, args: readonly string[]): CommandLine {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const rest = [...args];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    const [, name = '', attached] = /^--?([^=]+)(?:=(.*))?$/s.exec(argument) ?? [];
    const flag = complete(name, [...EVERYWHERE, ...(FLAGS[program] ?? [])]);
    const option = complete(name, VALUES[program] ?? []);
    if (name === '') continue;
    if (option !== undefined) values.set(option, attached ?? rest.shift() ?? '');
    else if (flag !== undefined) flags.add(flag);
    else logError(`${program}: unrecognized option '${argument}'`);
  }
  return { program, flags, values };
}

function complete(name: string, known: readonly string[]): string | undefined {
  if (known.includes(name)) return name;
  const candidates = known.filter((option) => option.startsWith(name));
  return candidates.length === 1 ? candidates[0] : undefined;
}
