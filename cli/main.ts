import { createRequire } from 'node:module';
import { Command } from 'commander';
import { z } from 'zod';
import { apiCommand } from './commands/api.ts';
import { demoCommand } from './commands/demo.ts';
import { irodsQueriesCommand } from './commands/irods-queries.ts';
import { rulesCheckCommand } from './commands/rules-check.ts';
import { schedulesPlanCommand } from './commands/schedules-plan.ts';
import { cookiePath, limit, similarCommand, threshold, USAGE } from './commands/similar.ts';
import { startCommand } from './commands/start.ts';
import { workerCommand } from './commands/worker.ts';
import { keepThreadLimits } from './thread-memory.ts';

keepThreadLimits();

const { version } = z
  .object({ version: z.string() })
  .parse(createRequire(import.meta.url)('cookie-monster/package.json'));

const program = new Command('cookie-monster')
  .description('Collects what is known about data objects and acts on it by rules, durably, on Temporal.')
  .version(version);

program
  .command('start')
  .description('worker and API in one process, with embedded Temporal and CouchDB-compatible jar where none is named')
  .action(exitWith(startCommand));
program
  .command('worker')
  .description('a worker alone, on the Temporal and CouchDB that the environment names')
  .action(exitWith(workerCommand));
program
  .command('api')
  .description('the HTTP API alone, on the Temporal and CouchDB that the environment names')
  .action(exitWith(apiCommand));
program
  .command('demo')
  .description('everything, on a folder of real files, ending in a summary')
  .option('--folder <path>', 'the folder whose files are processed', '.')
  .option('--once', 'exit after the summary instead of serving on', false)
  .action(exitWith(demoCommand));
program
  .command('rules')
  .description('work on the rules folder')
  .command('check')
  .description('says what the rules folder defines, or what is wrong in it and where; exits 1 if anything is')
  .argument('[folder]', 'the folder; by default the one that is configured')
  .action(exitWith(rulesCheckCommand));
program
  .command('schedules')
  .description('work on the schedules of periodic workers')
  .command('plan')
  .description('says what becomes of an interval: spec, next five runs, differences from Rocketry; exits 2 if refused')
  .argument('[file]', "a worker's config file, laid over PeriodicWorker.json beside it; by default all configured ones")
  .option('--interval <text>', 'an interval instead of a file')
  .option('--timezone <name>', 'IANA name of the time zone, instead of the configured one')
  .option('--now <instant>', 'plan from this ISO instant on')
  .option('--json', 'print JSON')
  .action(exitWith(schedulesPlanCommand));
program
  .command('irods')
  .description('work on the iRODS zone that is retrieved')
  .command('queries')
  .description(
    'prints the `iadmin` lines that install the specific queries; or installs them; or checks all that is needed',
  )
  .option('--install', 'run `iadmin`, for the queries that are not there yet')
  .option('--replace', 'with --install: replace other SQL under the same aliases')
  .option('--check', 'check through baton that the queries and the connection are as they must be; exits 1 if not')
  .option('--zone <name>', "with --check: the zone, instead of IrodsRetrieval's")
  .option('--json', 'print JSON')
  .action(exitWith(irodsQueriesCommand));
program
  .command('similar')
  .description('lists the cookies that are similar to one; exits 1 where the analysis does not know it')
  .argument('<path>', 'its identifier, or the path of a file', cookiePath)
  .option('--threshold <score>', 'only those whose best score is above this, from 0 to 100', threshold)
  .option('--limit <count>', 'how many at most, the most similar first; by default 20', limit)
  .option('--json', 'print JSON')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : USAGE))
  .action(exitWith(similarCommand));

await program.parseAsync();

/** Every command answers its exit code; what it throws is one clear message for people. */
function exitWith<A extends unknown[]>(command: (...args: A) => Promise<number>) {
  return async (...args: A): Promise<void> => {
    try {
      process.exitCode = await command(...args);
    } catch (error) {
      console.error(`cookie-monster: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
    // Users' code may have left timers or sockets behind that would keep the process.
    process.exit();
  };
}
