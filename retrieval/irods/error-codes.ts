import {
  BatonRefusalError,
  IrodsConnectionError,
  type IrodsError,
  IrodsPathUnavailableError,
  IrodsServerError,
  IrodsSetupError,
  NoGoodReplicaError,
} from './errors.ts';

/** What was asked: about a path, or by a specific query. */
export interface Question {
  readonly kind: 'path' | 'query';
  /** The path, or the query's alias. */
  readonly about: string;
}

/** The last three digits may hold an errno. */
const ERRNO_RANGE = 1000;
/** Baton's own "vanished between two steps" and everything it has no better code for. */
const VANISHED = 1;
const BATON = -1;
/** CAT_INVALID_ARGUMENT */
export const INVALID_ARGUMENT = -816_000;

/** USER_FILE_DOES_NOT_EXIST, and neither object nor collection. */
const MISSING = [-310_000, -317_000];
/** CAT_NO_ACCESS_PERMISSION, CAT_INSUFFICIENT_PRIVILEGE_LEVEL */
const FORBIDDEN = [-818_000, -830_000];
/** CAT_UNKNOWN_SPECIFIC_QUERY, SYS_INVALID_ZONE_NAME, CAT_INVALID_AUTHENTICATION, CAT_PASSWORD_EXPIRED */
const SETUP = [-853_000, -26_000, -826_000, -840_000];
/** Socket, header, timeout, connect and host errors. */
const TRANSPORT = [-4000, -5000, -115_000, -116_000, -154_000, -155_000, -161_000, -162_000, -305_000, -347_000];

/** An error code without the errno that may be in it. */
export function baseCode(code: number): number {
  return Math.trunc(code / ERRNO_RANGE) * ERRNO_RANGE;
}

/** The error that a code in one of baton's answers means. */
export function errorOf(code: number, message: string, question: Question): IrodsError {
  const text = `${question.about}: ${message.trim()} (code ${code})`;
  const base = baseCode(code);
  if (TRANSPORT.includes(base)) return new IrodsConnectionError(text, { code });
  if (code === BATON) return ofBatonItself(text, message);
  if (code === VANISHED || MISSING.includes(base)) return new IrodsPathUnavailableError(text, { code });
  if (FORBIDDEN.includes(base)) {
    return question.kind === 'path'
      ? new IrodsPathUnavailableError(text, { code })
      : new IrodsSetupError(text, { code });
  }
  if (SETUP.includes(base)) return new IrodsSetupError(text, { code });
  if (base === INVALID_ARGUMENT) return new BatonRefusalError(text, { code });
  return new IrodsServerError(text, { code });
}

/** The error that a process's stderr tells when it ended with no answer: failed log-ins show nowhere else. */
export function errorOfEnd(complaint: string, ending: string, about: string): IrodsError {
  const code = [...complaint.matchAll(/(?<!\d)-\d{4,7}(?!\d)/g)].map(([digits]) => Number(digits)).at(-1);
  const said = complaint === '' ? 'and said nothing' : `and said: ${complaint}`;
  const text = `${about}: baton ended (${ending}) without an answer ${said}`;
  if (code !== undefined && SETUP.includes(baseCode(code))) return new IrodsSetupError(text, { code });
  return new IrodsConnectionError(text, { code });
}

function ofBatonItself(text: string, message: string): IrodsError {
  if (/Expected 1 data object result but found/.test(message)) return new NoGoodReplicaError(text, { code: BATON });
  return new BatonRefusalError(text, { code: BATON });
}
