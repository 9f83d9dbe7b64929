import type { Documents } from '../cookiejar/cookie-jar.ts';
import { DeadLetters } from './dead-letters.ts';
import { type Delivery, type DeliveryRequest, deliveryBody, parseDelivery } from './delivery.ts';
import { deliveryId, jobPrefix } from './delivery-ids.ts';
import { type DeliverySelection, isSelected } from './delivery-selection.ts';
import { UnknownDeliveryError } from './errors.ts';
import { HeldNotifications } from './held-notifications.ts';
import {
  buried,
  buriedWith,
  delivered,
  failed,
  type FailureOutlook,
  held,
  revived,
  toldBy,
  underWay,
  waiting,
} from './transitions.ts';

const PREFIX = 'delivery:';

/** Candidates for dead letters that are checked with one read. */
const CHECKED_AT_ONCE = 100;

/**
 * The book of all deliveries: one record per notification and receiver. Every entry may be repeated without harm, and
 * what is delivered stays delivered.
 */
export class Ledger {
  readonly #documents: Documents;
  readonly #deadLetters: DeadLetters;
  readonly #held: HeldNotifications;

  constructor(documents: Documents) {
    this.#documents = documents;
    this.#deadLetters = new DeadLetters(documents);
    this.#held = new HeldNotifications(documents);
  }

  /** Records deliveries that are not yet; the first record of each stays. @returns how each stands, in order */
  async record(requests: readonly DeliveryRequest[]): Promise<Delivery[]> {
    return Promise.all(requests.map(async (request) => this.#recordOne(request)));
  }

  /** @throws CorruptDeliveryError */
  async get(id: string): Promise<Delivery | undefined> {
    return (await this.getAll([id])).at(0);
  }

  /** Those of the deliveries that are on record, in order. @throws CorruptDeliveryError */
  async getAll(ids: readonly string[]): Promise<Delivery[]> {
    const bodies = await this.#documents.read(ids.map((id) => PREFIX + id));
    return ids.flatMap((id) => {
      const body = bodies.get(PREFIX + id);
      return body === undefined ? [] : [parseDelivery(id, body)];
    });
  }

  /** The receiver took it. @param at ISO instant @throws UnknownDeliveryError */
  async delivered(id: string, at: string): Promise<Delivery> {
    const { before, after } = await this.#change(id, (delivery) => delivered(delivery, at));
    if (before.burials > 0) await this.#deadLetters.remove(id, before.burials);
    return after;
  }

  /** An attempt failed. @param at ISO instant; different for each attempt @throws UnknownDeliveryError */
  async failed(id: string, error: string, at: string, outlook: FailureOutlook = {}): Promise<Delivery> {
    return (await this.#change(id, (delivery) => failed(delivery, error, at, outlook))).after;
  }

  /**
   * An attempt at it lasts: nobody else is to make one before `until`, an ISO instant.
   * @param attempts the failed ones before this one @throws UnknownDeliveryError
   */
  async underWay(id: string, attempts: number, until: string): Promise<void> {
    await this.#change(id, (delivery) => underWay(delivery, attempts, until));
  }

  /** It is kept back for a digest, if it waits and is not already. @throws UnknownDeliveryError */
  async hold(id: string, window: string): Promise<Delivery> {
    return (await this.#change(id, (delivery) => held(delivery, window))).after;
  }

  /** A digest tells of it, if it was kept back in this window for one. @throws UnknownDeliveryError */
  async toldBy(id: string, window: string, digest: string): Promise<Delivery> {
    return (await this.#change(id, (delivery) => toldBy(delivery, window, digest))).after;
  }

  /** It is given up, unless it was delivered. @param at ISO instant; the same one buries once @throws UnknownDeliveryError */
  async bury(id: string, at: string): Promise<Delivery> {
    for (;;) {
      const known = await this.#known(id);
      // A repeat must not undo what was revived since.
      if (known.buriedAt === at) return known;
      const { state, burials } = known;
      const burial = state === 'waiting' ? burials + 1 : burials;
      if (state === 'waiting') await this.#deadLetters.write(id, burial);
      const { after } = await this.#change(id, (delivery) => buried(delivery, at, burial));
      if (after.state === 'delivered') await this.#deadLetters.remove(id, burial);
      if (after.state !== 'waiting') return after;
    }
  }

  /** It is delivered or given up as the digest was that tells of it, if it still does. @param at ISO instant */
  async fareAs(digest: Delivery, id: string, at: string): Promise<void> {
    const [member] = await this.getAll([id]);
    if (member?.digest !== digest.id) return;
    if (digest.state === 'delivered') await this.#deliveredWith(digest, id, at);
    else if (member.state === 'waiting') await this.#buriedWith(digest, member, at);
  }

  /**
   * It is to be tried again: at once, and with all attempts before it where it was given up.
   * @param burial revives it from this burial only, not from one that came later
   * @throws UnknownDeliveryError
   */
  async revive(id: string, burial?: number): Promise<Delivery> {
    const { before, after } = await this.#change(id, (delivery) => revived(delivery, burial));
    if (before.state === 'dead' && after !== before) await this.#deadLetters.remove(id, before.burials);
    return after;
  }

  /** Deliveries that were given up, ordered by id; `after` (exclusive) resumes. */
  async dead(after: string | undefined, limit: number, selection: DeliverySelection = {}): Promise<Delivery[]> {
    const found: Delivery[] = [];
    let candidates: string[] = [];
    const check = async () => {
      const dead = (await this.getAll(candidates)).filter(({ state }) => state === 'dead');
      found.push(...dead.filter((delivery) => isSelected(delivery, selection)));
      candidates = [];
    };
    for await (const id of this.#deadLetters.list(after)) {
      candidates.push(id);
      if (candidates.length === CHECKED_AT_ONCE) await check();
      if (found.length >= limit) break;
    }
    await check();
    return found.slice(0, limit);
  }

  /** Deliveries that are gathered for a digest; `after` (exclusive) is the place of the last one that is known. */
  async held(after: string | undefined, limit: number): Promise<{ place: string; delivery: Delivery }[]> {
    const found: { place: string; delivery: string }[] = [];
    for await (const one of this.#held.all(after)) {
      found.push(one);
      if (found.length === limit) break;
    }
    const records = new Map(
      (await this.getAll(found.map(({ delivery }) => delivery))).map((record) => [record.id, record]),
    );
    return found.flatMap(({ place, delivery }) => {
      const record = records.get(delivery);
      return record === undefined ? [] : [{ place, delivery: record }];
    });
  }

  /** Ids of the deliveries of one job that are neither made nor given up. @throws CorruptDeliveryError */
  async waitingOf(job: string): Promise<string[]> {
    const ids: string[] = [];
    for await (const delivery of this.#startingWith(jobPrefix(job))) {
      if (delivery.job === job && delivery.state === 'waiting') ids.push(delivery.id);
    }
    return ids;
  }

  /** Every delivery on record, ordered by id, streamed. @throws CorruptDeliveryError */
  all(): AsyncIterable<Delivery> {
    return this.#startingWith('');
  }

  async #deliveredWith(digest: Delivery, id: string, at: string): Promise<void> {
    const { after } = await this.#change(id, (member) =>
      member.digest === digest.id ? delivered(member, at) : member,
    );
    if (after.state === 'delivered' && after.burials > 0) await this.#deadLetters.remove(id, after.burials);
  }

  async #buriedWith(digest: Delivery, { id, burials }: Delivery, at: string): Promise<void> {
    const burial = burials + 1;
    await this.#deadLetters.write(id, burial);
    const { after } = await this.#change(id, (member) =>
      member.digest === digest.id ? buriedWith(digest, member, at, burial) : member,
    );
    if (after.state === 'delivered') await this.#deadLetters.remove(id, burial);
  }

  async *#startingWith(start: string): AsyncIterable<Delivery> {
    for await (const { id, body } of this.#documents.list(PREFIX + start)) {
      yield parseDelivery(id.slice(PREFIX.length), body);
    }
  }

  async #recordOne(request: DeliveryRequest): Promise<Delivery> {
    const id = deliveryId(request.notification.id, request.receiver);
    return this.#documents.update(PREFIX + id, (body) => {
      if (body !== undefined) return { result: parseDelivery(id, body) };
      const delivery = waiting(id, request);
      return { result: delivery, write: deliveryBody(delivery) };
    });
  }

  async #change(id: string, change: (delivery: Delivery) => Delivery): Promise<{ before: Delivery; after: Delivery }> {
    return this.#documents.update(PREFIX + id, (body) => {
      if (body === undefined) throw new UnknownDeliveryError(id);
      const before = parseDelivery(id, body);
      const after = change(before);
      return { result: { before, after }, ...(after !== before && { write: deliveryBody(after) }) };
    });
  }

  async #known(id: string): Promise<Delivery> {
    const delivery = await this.get(id);
    if (!delivery) throw new UnknownDeliveryError(id);
    return delivery;
  }
}
