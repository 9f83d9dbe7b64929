import type { Logger } from 'pino';

/** What the embedded servers report to. */
export type EmbeddedLogger = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
