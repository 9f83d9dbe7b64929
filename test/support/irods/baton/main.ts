import { createReadStream, existsSync } from 'node:fs';
import { type CommandLine, readCommandLine } from './command-line.ts';
import { InputFraming } from './framing.ts';
import { BrokenPipe, Output, logError } from './output.ts';
import { Session } from './session.ts';

const VERSION = '5.0.1';
const ITEM_ERRORS = 5;
const SHORTEST_CONNECT_TIME = 10;

const [folder = '', program = '', ...args] = process.argv.slice(2);
await main(readCommandLine(program, args));

async function main(command: CommandLine): Promise<void> {
  if (command.flags.has('version')) return end(new Output(true), 0, VERSION);
  if (command.flags.has('help')) return end(new Output(true), 0, `Name\n    ${program}`);
  const refused = refusal(command);
  if (refused !== undefined) return end(new Output(true), refused);
  const output = new Output(command.flags.has('unbuffered'));
  const session = new Session(folder, command, output);
  // This one connects before it reads anything; the others when there is something to ask.
  if (program === 'baton-specificquery' && !session.connect()) {
    logError('Processed 0 items with 0 errors');
    return end(output, ITEM_ERRORS);
  }
  session.onStop = () => input.destroy();
  const input = inputOf(command);
  await takeAll(input, session);
  return end(output, exitCode(command, session.errors));
}

async function takeAll(input: NodeJS.ReadableStream & { destroy(): unknown }, session: Session): Promise<void> {
  const framing = new InputFraming();
  try {
    for await (const chunk of input) {
      for (const framed of framing.push(Buffer.from(chunk))) if ((await session.take(framed)) === 'stop') return;
    }
  } catch (error) {
    // A reader that has gone is a signal to stop; so is the end of the input that a signal brings about.
    const ended = error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!(error instanceof BrokenPipe) && !ended) throw error;
  }
}

function inputOf({ values }: CommandLine): NodeJS.ReadableStream & { destroy(): unknown } {
  const file = values.get('file');
  return file === undefined ? process.stdin : createReadStream(file);
}

function refusal({ values }: CommandLine): number | undefined {
  const file = values.get('file');
  if (file !== undefined && !existsSync(file)) return 1;
  const operation = values.get('operation');
  if (operation !== undefined && operation !== 'add' && operation !== 'rem') return 4;
  const time = values.get('connect-time');
  if (time === undefined) return undefined;
  if (!/^\d+$/.test(time)) return 1;
  return Number(time) < SHORTEST_CONNECT_TIME ? ITEM_ERRORS : undefined;
}

/** Errors do not show in baton-specificquery's exit code. */
function exitCode({ flags }: CommandLine, errors: number): number {
  if (program === 'baton-specificquery' || flags.has('no-error')) return 0;
  return errors > 0 ? ITEM_ERRORS : 0;
}

function end(output: Output, code: number, text?: string): never {
  try {
    if (text !== undefined) output.line([text]);
    output.flush();
  } catch {
    // nobody reads it
  }
  process.exit(code);
}
