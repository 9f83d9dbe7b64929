import type { Documents } from '../cookiejar/cookie-jar.ts';
import { digestData, together } from './digest-content.ts';
import { type DigestPage, DigestPages } from './digest-pages.ts';
import { summarise } from './digest-content.ts';
import type { Delivery } from './delivery.ts';
import { deliveryId, notificationId, receiverKey } from './delivery-ids.ts';
import { HeldNotifications, type Mention } from './held-notifications.ts';
import type { Ledger } from './ledger.ts';
import { isGathering } from './transitions.ts';

/** Notifications in one page of a digest's list. */
const PAGE = 500;

const ABOUT = 'digest';
const SENDER = 'cookie-monster';

/** What digests are made of. */
export interface DigestsOptions {
  readonly documents: Documents;
  readonly ledger: Ledger;
  /** Content hash of the rulebook in force: its receiver takes the digest. */
  readonly currentRulebook: () => Promise<string>;
}

/**
 * Makes digests of what was gathered for a receiver, and tells the gathered deliveries what became of theirs. Each step
 * may be repeated, also by two processes at once.
 */
export class Digests {
  readonly #held: HeldNotifications;
  readonly #pages: DigestPages;
  readonly #ledger: Ledger;
  readonly #currentRulebook: () => Promise<string>;

  constructor({ documents, ledger, currentRulebook }: DigestsOptions) {
    this.#held = new HeldNotifications(documents);
    this.#pages = new DigestPages(documents);
    this.#ledger = ledger;
    this.#currentRulebook = currentRulebook;
  }

  /** Keeps a delivery back for the digest of a window, unless something became of it already. @returns how it stands */
  async hold(delivery: Delivery, window: string): Promise<Delivery> {
    const now = await this.#ledger.hold(delivery.id, window);
    // The record goes first: what was decided is decided, and whoever makes the digest looks at it.
    if (now.held !== undefined && isGathering(now, now.held)) {
      await this.#held.write(now.receiver, now.held, now.notification);
    }
    return now;
  }

  /** How many are gathered in a window, counted up to `enough`. */
  async countHeld(receiver: string, window: string, enough: number): Promise<number> {
    return this.#held.count(receiver, window, enough);
  }

  /**
   * Makes a digest of everything that a window has gathered, for as long as there is something: mostly one, more where
   * something came late.
   * @returns ids of the deliveries of its digests that wait
   */
  async make(receiver: string, window: string): Promise<string[]> {
    const waiting: string[] = [];
    for (let round = 0; ; round++) {
      const list = `${receiverKey(receiver)}:${window}:${String(round).padStart(4, '0')}`;
      if (!(await this.#pages.isDone(list)) && !(await this.#makeOne({ receiver, window, list }))) return waiting;
      const digest = await this.#ledger.get(digestDelivery({ receiver, window, list }));
      if (digest?.state === 'waiting') waiting.push(digest.id);
    }
  }

  /** Everything that a digest tells of fares as the digest did. @param at ISO instant */
  async settle(digest: Delivery, at: string): Promise<void> {
    if (digest.members === undefined || digest.state === 'waiting') return;
    for await (const { members } of this.#pages.all(digest.members)) {
      const ids = members.map((member) => deliveryId(member, digest.receiver));
      await Promise.all(ids.map(async (id) => this.#ledger.fareAs(digest, id, at)));
    }
  }

  /** @returns false where there was nothing to tell of */
  async #makeOne(making: Making): Promise<boolean> {
    const pages = await this.#list(making);
    if (pages.every(({ members }) => members.length === 0)) {
      // A list that turned out empty is ended all the same; what comes later is another one's.
      if (pages.length > 0) await this.#pages.noteDone(making.list);
      return pages.length > 0;
    }
    const digest = await this.#record(making, pages);
    for (const { members } of pages) {
      await Promise.all(members.map(async (member) => this.#handOver(making, member, digest)));
    }
    await this.#pages.noteDone(making.list);
    return true;
  }

  /** Lists all that is gathered; none where nothing is. */
  async #list(making: Making): Promise<DigestPage[]> {
    const pages: DigestPage[] = [];
    for (;;) {
      const known = await this.#pages.read(making.list, pages.length);
      const page = known ?? (await this.#nextPage(making, pages));
      if (page === undefined) return pages;
      pages.push(page);
      if (page.isLast) return pages;
    }
  }

  async #nextPage(making: Making, before: readonly DigestPage[]): Promise<DigestPage | undefined> {
    const { receiver, window, list } = making;
    const after = before.at(-1)?.upTo;
    const mentions: Mention[] = [];
    for await (const mention of this.#held.list(receiver, window, after === '' ? undefined : after)) {
      mentions.push(mention);
      if (mentions.length === PAGE) break;
    }
    if (before.length === 0 && mentions.length === 0) return undefined;
    const wanted = await this.#stillGathering(making, mentions);
    return this.#pages.write(list, before.length, {
      members: wanted.map(({ id }) => id),
      upTo: mentions.at(-1)?.id ?? after ?? '',
      isLast: mentions.length < PAGE,
      content: summarise(wanted),
    });
  }

  /** Those that a digest is to tell of; what a straggler left behind of others is cleared away. */
  async #stillGathering({ receiver, window }: Making, mentions: readonly Mention[]): Promise<Mention[]> {
    const records = await this.#ledger.getAll(mentions.map(({ id }) => deliveryId(id, receiver)));
    const gathering = new Set(
      records.filter((record) => isGathering(record, window)).map(({ notification }) => notification.id),
    );
    const strays = mentions.filter(({ id }) => !gathering.has(id));
    await Promise.all(strays.map(async ({ id }) => this.#held.remove(receiver, window, id)));
    return mentions.filter(({ id }) => gathering.has(id));
  }

  async #record(making: Making, pages: readonly DigestPage[]): Promise<string> {
    const { receiver, list } = making;
    const content = together(pages.map((page) => page.content));
    const notification = {
      id: digestNotification(making),
      about: ABOUT,
      sender: SENDER,
      identifier: '',
      data: digestData(content),
      at: content.until,
    };
    const rulebook = await this.#currentRulebook();
    await this.#ledger.record([{ notification, receiver, rulebook, job: jobOf(making), members: list }]);
    return digestDelivery(making);
  }

  async #handOver({ receiver, window }: Making, member: string, digest: string): Promise<void> {
    // The record goes first: were it to come last, a crash in between would leave one that nobody tells of.
    await this.#ledger.toldBy(deliveryId(member, receiver), window, digest);
    await this.#held.remove(receiver, window, member);
  }
}

/** A digest that is being made. */
interface Making {
  readonly receiver: string;
  readonly window: string;
  /** Names the list of those that it tells of, and with it the digest. */
  readonly list: string;
}

function jobOf({ receiver, window }: Making): string {
  return `digest:${receiverKey(receiver)}:${window}`;
}

function digestNotification(making: Making): string {
  return notificationId(jobOf(making), SENDER, ABOUT, making.list);
}

function digestDelivery(making: Making): string {
  return deliveryId(digestNotification(making), making.receiver);
}
