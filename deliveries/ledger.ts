import type { Documents } from '../cookiejar/cookie-jar.ts';
import { DeadLetters } from './dead-letters.ts';
import { type Delivery, type DeliveryRequest, deliveryBody, parseDelivery } from './delivery.ts';
import { deliveryId, jobPrefix } from './delivery-ids.ts';
import { UnknownDeliveryError } from './errors.ts';
import { buried, delivered, failed, revived, waiting } from './transitions.ts';

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

  constructor(documents: Documents) {
    this.#documents = documents;
    this.#deadLetters = new DeadLetters(documents);
  }

  /** Records deliveries that are not yet; the first record of each stays. @returns how each stands, in order */
  async record(requests: readonly DeliveryRequest[]): Promise<Delivery[]> {
    return Promise.all(requests.map(async (request) => this.#recordOne(request)));
  }

  /** @throws CorruptDeliveryError */
  async get(id: string): Promise<Delivery | undefined> {
    const body = (await this.#documents.read([PREFIX + id])).get(PREFIX + id);
    return body && parseDelivery(id, body);
  }

  /** The receiver took it. @param at ISO instant @throws UnknownDeliveryError */
  async delivered(id: string, at: string): Promise<Delivery> {
    const { before, after } = await this.#change(id, (delivery) => delivered(delivery, at));
    if (before.burials > 0) await this.#deadLetters.remove(id, before.burials);
    return after;
  }

  /** An attempt failed. @param at ISO instant; different for each attempt @throws UnknownDeliveryError */
  async failed(id: string, error: string, at: string): Promise<Delivery> {
    return (await this.#change(id, (delivery) => failed(delivery, error, at))).after;
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

  /** It is to be tried again, if it was given up. @throws UnknownDeliveryError */
  async revive(id: string): Promise<Delivery> {
    const { before, after } = await this.#change(id, revived);
    if (before.state === 'dead') await this.#deadLetters.remove(id, before.burials);
    return after;
  }

  /** Deliveries that were given up, ordered by id; `after` (exclusive) resumes. */
  async dead(after: string | undefined, limit: number): Promise<Delivery[]> {
    const found: Delivery[] = [];
    let candidates: string[] = [];
    for await (const id of this.#deadLetters.list(after)) {
      candidates.push(id);
      if (candidates.length < CHECKED_AT_ONCE) continue;
      found.push(...(await this.#deadOf(candidates)));
      candidates = [];
      if (found.length >= limit) break;
    }
    found.push(...(await this.#deadOf(candidates)));
    return found.slice(0, limit);
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

  async #deadOf(ids: readonly string[]): Promise<Delivery[]> {
    const bodies = await this.#documents.read(ids.map((id) => PREFIX + id));
    return ids.flatMap((id) => {
      const body = bodies.get(PREFIX + id);
      const delivery = body && parseDelivery(id, body);
      return delivery?.state === 'dead' ? [delivery] : [];
    });
  }
}
