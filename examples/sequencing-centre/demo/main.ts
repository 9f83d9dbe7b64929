import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { runDemo } from './run-demo.ts';

const program = new Command('demo:irods')
  .description('everything, on a zone that behaves like a real one, ending in a summary')
  .option('--objects <count>', 'how many objects the zone gets', wholeNumber, 2000)
  .option('--seconds <count>', 'how long it takes until the last thing has happened to them', wholeNumber, 60)
  .option('--seed <number>', 'the same seed plans the same zone', wholeNumber, 1)
  .option('--once', 'exit after the summary instead of serving on', false)
  .action(async (options: { objects: number; seconds: number; seed: number; once: boolean }) => {
    const home = mkdtempSync(join(tmpdir(), 'cookie-monster-demo-irods-'));
    try {
      const isAsExpected = await runDemo({ ...options, home });
      if (isAsExpected) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
      else process.stdout.write(`What it left behind is kept in ${home}\n`);
      process.exitCode = isAsExpected ? 0 : 1;
    } catch (error) {
      process.stderr.write(`demo:irods: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
    process.exit();
  });

await program.parseAsync();

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 to 9999999.');
  return Number(text);
}
