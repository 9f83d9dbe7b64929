import type { CookieJar } from '../../cookiejar/cookie-jar.ts';
import type { JsonValue } from '../../cookiejar/json.ts';
import type { Ledger } from '../../deliveries/ledger.ts';

/** What the jar holds after everything was processed. */
export interface Summary {
  readonly cookies: number;
  readonly settled: number;
  /** Cookies whose last job failed for good. */
  readonly failed: number;
  /** Enrichments by source. */
  readonly sources: ReadonlyMap<string, number>;
  /** Cookies by the rules that matched them. */
  readonly rules: ReadonlyMap<string, number>;
  /** Deliveries by receiver, and what they were about. */
  readonly receivers: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Deliveries that are still being tried, and those given up. */
  readonly waiting: number;
  readonly dead: number;
}

const AT_ONCE = 200;

/** Reads the whole jar. */
export async function summarise(jar: CookieJar, ledger: Ledger): Promise<Summary> {
  const cookies = await countCookies(jar);
  const deliveries = await countDeliveries(ledger);
  return { ...cookies, ...deliveries };
}

async function countCookies(jar: CookieJar) {
  const counts = {
    cookies: 0,
    settled: 0,
    failed: 0,
    sources: new Map<string, number>(),
    rules: new Map<string, number>(),
  };
  for await (const identifiers of inGroups(jar.identifiers(''))) {
    for (const { cookie, knowledge, settled } of await jar.open(identifiers)) {
      counts.cookies++;
      if (settled?.knowledge === knowledge) counts.settled++;
      if (settled?.failed !== undefined) counts.failed++;
      for (const { source } of cookie.enrichments) increment(counts.sources, source);
      const rules = cookie.enrichments
        .fromSource('rule_application')
        .map(({ metadata }) => textOf(metadata['rule_id']));
      for (const rule of new Set(rules)) increment(counts.rules, rule);
    }
  }
  return counts;
}

async function countDeliveries(ledger: Ledger) {
  const receivers = new Map<string, Map<string, number>>();
  const counts = { waiting: 0, dead: 0 };
  for await (const { receiver, state, notification } of ledger.all()) {
    if (state === 'delivered') {
      const abouts = receivers.get(receiver) ?? new Map<string, number>();
      increment(abouts, notification.about);
      receivers.set(receiver, abouts);
    } else counts[state]++;
  }
  return { receivers, ...counts };
}

/** The summary in lines for people. */
export function summaryLines(summary: Summary): string[] {
  const { cookies, settled, failed, sources, rules, receivers, waiting, dead } = summary;
  return [
    `${cookies} cookies in the jar, ${settled} settled${failed > 0 ? `, ${failed} failed for good` : ''}`,
    '',
    'Known about them (enrichments by source)',
    ...table(sources),
    '',
    'Rules that matched (cookies)',
    ...table(rules),
    '',
    'Receivers (notifications delivered)',
    ...(receivers.size === 0 ? ['  none'] : []),
    ...[...receivers]
      .toSorted(byName)
      .flatMap(([receiver, abouts]) => [`  ${receiver}`, ...table(abouts).map((line) => `  ${line}`)]),
    ...(waiting + dead > 0 ? ['', `${waiting} deliveries are still being tried, ${dead} were given up`] : []),
  ];
}

function table(counts: ReadonlyMap<string, number>): string[] {
  if (counts.size === 0) return ['  none'];
  const rows = [...counts].toSorted(([, a], [, b]) => b - a);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, count]) => `  ${name.padEnd(width)}  ${count}`);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

async function* inGroups(identifiers: AsyncIterable<string>): AsyncIterable<string[]> {
  let group: string[] = [];
  for await (const identifier of identifiers) {
    group.push(identifier);
    if (group.length < AT_ONCE) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
