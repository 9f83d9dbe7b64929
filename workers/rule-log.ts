import type { Logger } from 'pino';
import type { Log } from '../rulebook/authoring/context.ts';

/** Writes what the rulebook room and users' code log, words first, to the process's logger. */
export function asRuleLog(log: Logger): Log {
  return {
    debug: (message, details = {}) => log.debug(details, message),
    info: (message, details = {}) => log.info(details, message),
    warn: (message, details = {}) => log.warn(details, message),
    error: (message, details = {}) => log.error(details, message),
  };
}
