/** What an input is answered with instead of a result. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** The real program has a fault here that ends it. */
export class Crash extends Error {
  override readonly name = 'Crash';
  readonly signal: 'SIGABRT' | 'SIGSEGV';

  constructor(signal: 'SIGABRT' | 'SIGSEGV', message: string) {
    super(message);
    this.signal = signal;
  }
}

/** CAT_INVALID_ARGUMENT */
export const INVALID_ARGUMENT = -816000;
/** A broken connection, as it mostly shows. */
export const HEADER_READ = -4000;
/** Baton's own errors. */
export const BATON = -1;
/** USER_FILE_DOES_NOT_EXIST */
export const MISSING = -310000;
/** CAT_SQL_ERR */
export const SQL_ERROR = -806000;

/** What the library calls when the connection is broken. */
export const CONNECTION_LOST_TEXT = `${HEADER_READ} SYS_HEADER_READ_LEN_ERR`;
