import type { ShippedQuery } from '../../retrieval/irods/shipped-queries.ts';
import { SpecificQueries } from '../../retrieval/irods/specific-queries.ts';
import type { Check } from './check.ts';

/** Where queries are looked at. */
export interface QueryChecksOptions {
  readonly binDir?: string | undefined;
  /** The zone asked; without it the home zone. */
  readonly zone?: string | undefined;
  /** The home zone's name, if it is known. */
  readonly home?: string | undefined;
  readonly timeoutMs?: number | undefined;
}

/** A query, and what is asked of it. */
export interface CheckedQuery extends ShippedQuery {
  /** Arguments that it finds nothing by. */
  readonly trial: readonly string[];
  /** What is different without it; absent where it must be there. */
  readonly without?: string;
}

/** Looks at the queries of one zone, through baton. */
export class QueryChecks {
  readonly #queries: SpecificQueries;
  readonly #place: string;

  constructor({ binDir, zone, home, timeoutMs }: QueryChecksOptions) {
    this.#place = zone ?? (home === undefined ? 'the home zone' : home);
    this.#queries = new SpecificQueries({ binDir, zone, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  }

  /** Whether a query is installed, with this version's SQL. */
  async text({ alias, sql, without }: CheckedQuery): Promise<Check> {
    const check = `${alias} in ${this.#place}`;
    try {
      const text = await this.#queries.installedText(alias);
      if (text === sql) return { check, state: 'ok', detail: 'installed, with the SQL of this version' };
      if (text === undefined) return { check, ...missing(without) };
      return { check, state: 'failed', detail: `has other SQL; allowed: ${install(' --replace')}; found: ${text}` };
    } catch (error) {
      return failure(check, error);
    }
  }

  /** Whether the catalogue's database takes a query, and how long it is at it. */
  async run({ alias, trial }: CheckedQuery): Promise<Check> {
    const check = `${alias} runs`;
    const begun = performance.now();
    try {
      for await (const row of this.#queries.rows(alias, trial)) void row;
      return { check, state: 'ok', detail: `in ${((performance.now() - begun) / 1000).toFixed(1)} s` };
    } catch (error) {
      return failure(check, error);
    }
  }

  async close(): Promise<void> {
    await this.#queries.close();
  }
}

function missing(without: string | undefined): Pick<Check, 'state' | 'detail'> {
  const detail = `not installed; allowed: ${install('')}`;
  return without === undefined
    ? { state: 'failed', detail }
    : { state: 'warning', detail: `${detail}; without it ${without}` };
}

function install(option: string): string {
  return `\`cookie-monster irods queries --install${option}\`, as a rodsadmin of that zone`;
}

function failure(check: string, error: unknown): Check {
  return { check, state: 'failed', detail: error instanceof Error ? error.message : String(error) };
}
