import { type Logger, pino } from 'pino';
import { DefaultLogger, Runtime } from '@temporalio/worker';

/** Temporal's own log lines of these levels are worth a user's attention. */
const TEMPORAL_LEVEL = 'WARN';

/**
 * The process's logger: JSON lines on stderr, or in a file.
 * @param file where to append instead, made if missing
 */
export function createLogger(file?: string): Logger {
  const options = { name: 'cookie-monster', base: null };
  if (file === undefined) return pino(options, pino.destination(2));
  return pino(options, pino.destination({ dest: file, mkdir: true, sync: false }));
}

/** Sends what Temporal's SDK logs through `logger`; must run before the first worker or native connection is made. */
export function logTemporalTo(logger: Logger): void {
  const temporal = logger.child({ part: 'temporal' });
  Runtime.install({
    logger: new DefaultLogger(TEMPORAL_LEVEL, ({ level, message, meta }) => {
      // Failed attempts of users' code are recorded with their cookie; here they are noise.
      if (level === 'ERROR') temporal.error(meta ?? {}, message);
      else temporal.debug(meta ?? {}, message);
    }),
    // Signals are handled by the command, which drains the API and the workers in order.
    shutdownSignals: [],
  });
}
