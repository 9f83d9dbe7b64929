import type { Logger } from 'pino';
import type { JsonObject } from '../cookiejar/json.ts';

/** What the rulebook room and users' code log to: words first, details second. */
export interface RuleLog {
  debug(message: string, details?: JsonObject): void;
  info(message: string, details?: JsonObject): void;
  warn(message: string, details?: JsonObject): void;
  error(message: string, details?: JsonObject): void;
}

/** Writes such lines to the process's logger. */
export function asRuleLog(log: Logger): RuleLog {
  return {
    debug: (message, details = {}) => log.debug(details, message),
    info: (message, details = {}) => log.info(details, message),
    warn: (message, details = {}) => log.warn(details, message),
    error: (message, details = {}) => log.error(details, message),
  };
}
