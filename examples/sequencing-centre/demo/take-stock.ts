import { join } from 'node:path';
import type { OpenJar } from '../../../cookiejar/open-jar.ts';
import { Ledger } from '../../../deliveries/ledger.ts';
import type { Catalogue } from '../../../test/support/irods/catalogue.ts';
import { type CookieEvidence, gatherCookies, gatherDeliveries, gatherList } from './evidence.ts';
import { expectedOutcome } from './expected-outcome.ts';
import { type PlannedObject, stays } from './planned-object.ts';
import { type Verdict, verdictOf } from './verdict.ts';
import { type ZoneObject, isTrash, readZone } from './zone-contents.ts';

/** A zone and what happens in it. */
export interface Stage {
  readonly catalogue: Catalogue;
  readonly plan: readonly PlannedObject[];
  /** When the retrieval begins. */
  readonly since: Date;
}

/** What a demo has come to. */
export interface Stock {
  readonly verdict: Verdict;
  /** Objects that are gone from the zone, and cookies of such. */
  readonly gone: { readonly objects: number; readonly cookies: number };
  /** Objects that were there before and that nothing happened to. */
  readonly untouched: number;
  /** What was compared with the catalogue. */
  readonly compared: { readonly avus: number; readonly replicas: number };
  /** What the list holds, objects that are gone too. */
  readonly list: { readonly file: string; readonly objects: number; readonly gone: number };
}

/** Compares what the jar, the ledger and the list hold with the plan and with the catalogue. */
export async function takeStock({ catalogue, plan, since }: Stage, store: OpenJar, home: string): Promise<Stock> {
  const file = join(home, 'objects.jsonl');
  const second = Math.floor(since.getTime() / 1000);
  const [expected, zone] = [plan.map(expectedOutcome), readZone(catalogue)];
  const [cookies, deliveries, list] = await Promise.all([
    gatherCookies(store.jar),
    gatherDeliveries(new Ledger(store.documents)),
    gatherList(file),
  ]);
  return {
    verdict: verdictOf({ expected, zone, since: second, cookies, deliveries, list }),
    gone: countGone(plan, cookies),
    untouched: expected.filter(({ heardOf }) => !heardOf).length,
    compared: countRows(
      [...zone].filter(([path]) => !isTrash(path)).map(([, object]) => object),
      second,
    ),
    list: { file, objects: list.length, gone: list.filter((path) => !zone.has(path)).length },
  };
}

function countGone(plan: readonly PlannedObject[], cookies: readonly CookieEvidence[]): Stock['gone'] {
  const gone = new Set(plan.filter((object) => !stays(object)).map(({ path }) => path));
  return { objects: gone.size, cookies: cookies.filter(({ cookie }) => gone.has(cookie.identifier)).length };
}

function countRows(objects: readonly ZoneObject[], since: number): Stock['compared'] {
  const isNew = ({ modified }: { readonly modified: number }): boolean => modified >= since;
  return {
    avus: objects.reduce((sum, { avus }) => sum + avus.filter(isNew).length, 0),
    replicas: objects.reduce((sum, { replicas }) => sum + [...replicas.values()].filter(isNew).length, 0),
  };
}
