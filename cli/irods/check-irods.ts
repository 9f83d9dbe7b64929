import type { IrodsEnvironment } from '../../configs/irods-environment.ts';
import { BatonList } from '../../retrieval/irods/baton-list.ts';
import { IrodsPathUnavailableError } from '../../retrieval/irods/errors.ts';
import { shippedQueries, sweepQueries } from '../../retrieval/irods/shipped-queries.ts';
import { checkVersion } from './baton-version.ts';
import type { Check } from './check.ts';
import { type CheckedQuery, QueryChecks } from './query-checks.ts';

/** What is to be checked. */
export interface CheckOptions {
  /** Folder of baton's programs; without it they are looked for on the PATH. */
  readonly binDir?: string | undefined;
  /** The zone that retrieval is told to ask; without it the home zone. */
  readonly zone?: string | undefined;
  readonly environment: IrodsEnvironment;
  /** Longest wait for a listing, in milliseconds. */
  readonly listTimeoutMs: number;
  /** Longest wait for a query, in milliseconds. */
  readonly queryTimeoutMs?: number | undefined;
}

const PROGRAMS = ['baton-do', 'baton-specificquery'];
/** Epoch seconds of long ago: the catalogue is read through, and nothing found. */
const EMPTY_WINDOW = ['0', '1'];
/** No data object lies there. */
const EMPTY_COLLECTION = ['/'];

/** Looks at everything that retrieval from iRODS needs, in order; ends early where what comes next stands on what failed. */
export async function* checkIrods(options: CheckOptions): AsyncGenerator<Check, void> {
  const programs: Check[] = [];
  for (const program of PROGRAMS) programs.push(await checkVersion(options.binDir, program));
  yield* programs;
  yield checkUser(options.environment);
  yield checkZone(options);
  if (programs.some(hasFailed)) return;
  const connection = await checkConnection(options);
  yield connection;
  if (!hasFailed(connection)) yield* checkQueries(options);
}

function checkUser({ file, problem, user, zone, host, port }: IrodsEnvironment): Check {
  const check = 'user';
  if (user === undefined) {
    return { check, state: 'warning', detail: `cannot be told: ${problem ?? `${file} names none`}` };
  }
  const server = host === undefined ? '' : ` at ${host}${port === undefined ? '' : `:${port}`}`;
  const full = `${user}${zone === undefined ? '' : `#${zone}`}`;
  return { check, state: 'ok', detail: `baton connects as ${full}${server}, says ${file}` };
}

function checkZone({ zone, environment: { zone: home } }: CheckOptions): Check {
  const check = 'zone';
  if (zone === undefined) {
    const detail = `no zone is configured for IrodsRetrieval: the home zone${home === undefined ? '' : ` ${home}`} is checked`;
    return { check, state: 'warning', detail };
  }
  if (home === undefined) {
    return { check, state: 'warning', detail: `${zone} is asked; whether it is the home zone cannot be told` };
  }
  const both = `baton needs the queries in both, and looks for their columns in the home zone`;
  return {
    check,
    state: 'ok',
    detail: zone === home ? `${zone}, the home zone` : `${zone}, while the home zone is ${home}: ${both}`,
  };
}

/** A failed login shows in nothing but a missing answer. */
async function checkConnection({ binDir, zone, environment, listTimeoutMs }: CheckOptions): Promise<Check> {
  const check = 'connection';
  const root = `/${zone ?? environment.zone ?? ''}`;
  const listing = new BatonList({ binDir, processes: 1, timeoutMs: listTimeoutMs });
  try {
    await listing.list(root);
    return { check, state: 'ok', detail: `the server lists ${root}` };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    // An answer all the same: a zone with strict access control shows nobody its root.
    if (error instanceof IrodsPathUnavailableError) return { check, state: 'warning', detail };
    return { check, state: 'failed', detail };
  } finally {
    await listing.close();
  }
}

async function* checkQueries({ binDir, zone, environment, queryTimeoutMs }: CheckOptions): AsyncGenerator<Check, void> {
  const zones = zone === undefined || zone === environment.zone ? [zone] : [zone, undefined];
  const places = zones.map(
    (place) => new QueryChecks({ binDir, zone: place, home: environment.zone, timeoutMs: queryTimeoutMs }),
  );
  try {
    for (const query of queriesToCheck()) {
      const texts: Check[] = [];
      for (const place of places) texts.push(await place.text(query));
      yield* texts;
      // Run where the home zone does not know it, it would kill baton.
      if (places[0] !== undefined && texts.every(({ state }) => state === 'ok')) yield await places[0].run(query);
    }
  } finally {
    await Promise.all(places.map(async (place) => place.close()));
  }
}

function queriesToCheck(): CheckedQuery[] {
  return [
    ...shippedQueries().map((query) => ({ ...query, trial: EMPTY_WINDOW })),
    ...sweepQueries().map((query) => ({
      ...query,
      trial: EMPTY_COLLECTION,
      without: 'sweeps do not recognise renamed objects, and take unreadable ones for gone',
    })),
  ];
}

function hasFailed({ state }: Check): boolean {
  return state === 'failed';
}
