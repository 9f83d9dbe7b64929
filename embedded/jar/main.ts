import { parseArgs } from 'node:util';
import { JarPortTakenError } from './errors.ts';
import { type JarServer, startJarServer } from './server.ts';

/** Tells the parent that another port may work. */
const EXIT_PORT_TAKEN = 3;
const EXIT_FAILED = 1;

await run();

async function run(): Promise<void> {
  try {
    const server = await start();
    endWith(server);
    process.stdout.write(`${JSON.stringify({ ready: true, port: server.port })}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof JarPortTakenError ? EXIT_PORT_TAKEN : EXIT_FAILED;
  }
}

async function start(): Promise<JarServer> {
  const { values } = parseArgs({ options: { folder: { type: 'string' }, port: { type: 'string' } } });
  const port = Number(values.port);
  if (values.folder === undefined || values.folder === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error('usage: --folder FOLDER --port NUMBER (0 to 65535, 0 for any free one)');
  }
  return startJarServer({ folder: values.folder, port });
}

/** The parent's death closes this process's input. */
function endWith(server: JarServer): void {
  let isEnding = false;
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    void server.close().finally(() => process.exit());
  };
  process.stdin.on('end', end).on('close', end).on('error', end).resume();
  process.on('SIGTERM', end).on('SIGINT', end);
}
