import type { CookieUpdate } from '../../../cookiejar/cookie-jar.ts';
import type { Enrichment } from '../../../cookiejar/enrichment.ts';
import type { Chance } from './chance.ts';
import type { ClientPlan, ClientRequest } from './plan.ts';

const FIRST_INSTANT = Date.UTC(2026, 0, 5, 6);
const WITHIN_MS = 3_600_000;
const NAMES = ['sample', 'odd sample', 'a+b%20c?d=e', 'größe 😀', 'it\'s "quoted"', 'trailing/'];
const SOURCES = ['manual', 'manual', 'manual', 'lab'];
/** So many enrichments roll into pages. */
const LONG = 140;

/** Clients, each with cookies of its own, so that what is asked for one cookie is in a known order. */
export function planClients(chance: Chance, lengthMs: number): ClientPlan[] {
  const clients = Array.from({ length: chance.between(2, 4) }, (_, index) =>
    new ClientPlanner(chance.branch(), `/push/${index}`).plan(lengthMs, chance.between(10, 22)),
  );
  if (!chance.happens(0.3)) return clients;
  const hasty = new ClientPlanner(chance.branch(), '/push/hasty').plan(lengthMs, 8);
  return [...clients, { givesUp: true, requests: hasty.requests.filter(({ kind }) => kind === 'push') }];
}

class ClientPlanner {
  readonly #chance: Chance;
  readonly #cookies: readonly string[];
  readonly #instants = new Set<number>();
  readonly #pushed: CookieUpdate[] = [];
  #values = 0;

  constructor(chance: Chance, prefix: string) {
    this.#chance = chance;
    this.#cookies = Array.from(
      { length: chance.between(3, 7) },
      (_, index) => `${prefix}/${chance.pick(NAMES)}-${index}`,
    );
  }

  plan(lengthMs: number, count: number): ClientPlan {
    const requests = Array.from({ length: count }, () => ({
      at: this.#chance.below(lengthMs),
      ...this.#request(),
    }));
    // What is asked for is made in order; only the times are sorted.
    const times = requests.map(({ at }) => at).toSorted((a, b) => a - b);
    return { givesUp: false, requests: requests.map((request, index) => ({ ...request, at: times[index] ?? 0 })) };
  }

  #request(): ClientRequest {
    const kind = this.#chance.below(100);
    const known = this.#pushed.map(({ identifier }) => identifier);
    if (kind < 6 && known.length > 0) return { kind: 'delete', identifier: this.#chance.pick(known) };
    if (kind < 18 && known.length > 0) return { kind: 'reprocess', identifier: this.#chance.pick(known) };
    if (kind < 26 && this.#pushed.length > 0) return { kind: 'push', updates: [this.#chance.pick(this.#pushed)] };
    const updates = this.#chance
      .some(this.#cookies, this.#chance.pick([1, 1, 1, 2, 4]))
      .map((one) => this.#update(one));
    this.#pushed.push(...updates);
    return { kind: 'push', updates };
  }

  #update(identifier: string): CookieUpdate {
    const count = this.#chance.happens(0.02) ? LONG : this.#chance.pick([1, 1, 1, 2, 3]);
    return { identifier, enrichments: Array.from({ length: count }, () => this.#enrichment()) };
  }

  #enrichment(): Enrichment {
    const happens = (share: number): boolean => this.#chance.happens(share);
    const source = this.#chance.pick(SOURCES);
    this.#values += 1;
    // Sometimes the same value again: where it comes right after its like, it says nothing new.
    const value = happens(0.15) ? 'again' : `v${this.#values}`;
    const metadata = {
      value,
      ...(happens(0.3) && { flag: true }),
      ...(happens(0.05) && { stop: true }),
      ...(happens(0.3) && { chain: true }),
      ...(happens(0.05) && { pad: 'x'.repeat(this.#chance.between(100, 20_000)) }),
    };
    return { source, timestamp: this.#instant(), metadata };
  }

  #instant(): string {
    for (;;) {
      const instant = FIRST_INSTANT + this.#chance.below(WITHIN_MS);
      if (this.#instants.has(instant)) continue;
      this.#instants.add(instant);
      return new Date(instant).toISOString();
    }
  }
}
