/** Where the jar says what happens to it; pino's loggers fit. */
export interface JarLogger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** Says nothing. */
export const SILENT_LOGGER: JarLogger = { info: () => undefined, warn: () => undefined };
