import type { InstalledQuery } from '../../retrieval/irods/shipped-queries.ts';

/** Thrown when a program of iRODS or baton cannot be started. */
export class ProgramMissingError extends Error {
  override readonly name = 'ProgramMissingError';
}

/** Thrown when one of iRODS's programs did not do what it was asked. */
export class IcommandFailedError extends Error {
  override readonly name = 'IcommandFailedError';
}

/** Thrown when aliases have other SQL than this version's, and nothing says that it may be replaced. */
export class OtherQueriesInstalledError extends Error {
  override readonly name = 'OtherQueriesInstalledError';
  /** What is installed under the aliases. */
  readonly found: readonly InstalledQuery[];

  constructor(found: readonly InstalledQuery[]) {
    super(
      [
        'nothing was installed, because there is other SQL under these aliases; allowed: --replace, if nobody else needs it:',
        ...found.map(({ alias, sql }) => `  ${alias}: ${sql}`),
      ].join('\n'),
    );
    this.found = found;
  }
}
