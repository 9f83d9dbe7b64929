import { Gathering } from '../../activities/gathering.ts';
import type { Documents } from '../../cookiejar/cookie-jar.ts';
import type { Delivery } from '../../deliveries/delivery.ts';
import { Digests } from '../../deliveries/digests.ts';
import { FloodGates } from '../../deliveries/flood-gates.ts';
import { Ledger } from '../../deliveries/ledger.ts';
import type { ReceiverSettings } from '../../deliveries/receiver-settings.ts';
import type { TellDigestInput } from '../../workflows/messages.ts';
import { MemoryDocuments } from '../support/jar-memory.ts';

class Crash extends Error {}

/** Documents of a process that dies at one of its writes, before it or after it, and is held up here and there. */
class MortalDocuments implements Documents {
  readonly #documents: Documents;
  readonly #holdUp: () => Promise<void>;
  #writesLeft: number;
  readonly #dieAfter: boolean;

  constructor(documents: Documents, { writes, after }: Life, holdUp: () => Promise<void>) {
    this.#documents = documents;
    this.#holdUp = holdUp;
    this.#writesLeft = writes;
    this.#dieAfter = after;
  }

  async read(ids: readonly string[]) {
    await this.#holdUp();
    if (this.#writesLeft < 0) throw new Crash();
    return this.#documents.read(ids);
  }

  async *list(prefix: string, after?: string) {
    await this.#holdUp();
    yield* this.#documents.list(prefix, after);
  }

  listIds: Documents['listIds'] = (prefix, after) => this.#documents.listIds(prefix, after);

  update: Documents['update'] = async (id, change) => {
    await this.#holdUp();
    this.#writesLeft--;
    if (this.#writesLeft < 0 && !this.#dieAfter) throw new Crash();
    const result = await this.#documents.update(id, change);
    await this.#holdUp();
    if (this.#writesLeft < 0) throw new Crash();
    return result;
  };
}

/** How long one process lives, in writes; for ever where absent. */
export interface Life {
  readonly writes: number;
  readonly after: boolean;
}

const RECEIVER = 'lab';

/** A receiver, its flood breaker, and as many processes as are wanted that die where they are told to. */
export class BreakerWorld {
  readonly documents = new MemoryDocuments();
  readonly ledger = new Ledger(this.documents);
  settings: ReceiverSettings;
  /** Ids of the notifications that went out singly; repeated where a process died on the way. */
  readonly singles: string[] = [];
  /** Windows whose workflow runs, and whether it was stirred. */
  #seed: number;
  readonly #running = new Map<string, { input: TellDigestInput; isStirred: boolean }>();

  /** @param seed by which processes are held up */
  constructor(settings: ReceiverSettings, seed = 0) {
    this.settings = settings;
    this.#seed = seed;
  }

  async record(count: number): Promise<string[]> {
    const recorded = await this.ledger.record(
      Array.from({ length: count }, (_, n) => ({
        notification: {
          id: `n${String(n).padStart(5, '0')}`,
          about: `about-${n % 3}`,
          data: n,
          sender: 'rule',
          identifier: `/data/${n}`,
          at: new Date(Date.UTC(2026, 0, 5, 6, 0, n)).toISOString(),
        },
        receiver: RECEIVER,
        rulebook: 'book',
        job: 'job',
      })),
    );
    return recorded.map(({ id }) => id);
  }

  /** One attempt, as the activity makes it. @returns false where its process died */
  async deliver(id: string, life?: Life): Promise<boolean> {
    return this.#live(life, async ({ gathering, ledger }) => {
      const delivery = await ledger.get(id);
      if (delivery?.state !== 'waiting' || (await gathering.keepsBack(delivery))) return;
      this.singles.push(delivery.notification.id);
      await ledger.delivered(id, '2026-01-05T07:00:00.000Z');
    });
  }

  get windows(): TellDigestInput[] {
    return [...this.#running.values()].map(({ input }) => input);
  }

  /** What a window's workflow does once the window is over, with as many attempts at once and one after the other as lives. */
  async endWindow(input: TellDigestInput, ...lives: Life[]): Promise<void> {
    const workflow = this.#running.get(input.window);
    if (workflow === undefined) return;
    do {
      workflow.isStirred = false;
      await Promise.all(lives.map(async (life) => this.#end(input, life)));
      await this.#end(input);
    } while (workflow.isStirred);
    this.#running.delete(input.window);
  }

  async digests(): Promise<Delivery[]> {
    const digests: Delivery[] = [];
    for await (const delivery of this.ledger.all()) if (delivery.members !== undefined) digests.push(delivery);
    return digests;
  }

  /** The digest reaches its receiver. */
  async take(digest: Delivery, ...lives: Life[]): Promise<void> {
    await this.#become(await this.ledger.delivered(digest.id, '2026-01-05T08:00:00.000Z'), lives);
  }

  /** The digest is given up. */
  async bury(digest: Delivery, ...lives: Life[]): Promise<void> {
    await this.#become(await this.ledger.bury(digest.id, '2026-01-05T08:00:00.000Z'), lives);
  }

  async leftOver(prefix: string): Promise<string[]> {
    const ids: string[] = [];
    for await (const id of this.documents.listIds(prefix)) ids.push(id);
    return ids;
  }

  async #become(digest: Delivery, lives: readonly Life[]): Promise<void> {
    for (const life of [...lives, undefined]) {
      await this.#live(life, async ({ digests }) => digests.settle(digest, '2026-01-05T08:00:01.000Z'));
    }
  }

  async #end(input: TellDigestInput, life?: Life): Promise<void> {
    await this.#live(life, async ({ gathering }) => gathering.end(input));
  }

  async #live(life: Life | undefined, act: (process: ReturnType<BreakerWorld['process']>) => Promise<unknown>) {
    try {
      await act(this.process(life));
      return true;
    } catch (error) {
      if (error instanceof Crash) return false;
      throw error;
    }
  }

  /** Mostly not, sometimes for as long as others take for much. */
  readonly #holdUp = async (): Promise<void> => {
    this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    const turns = this.#seed % 5 === 0 ? (this.#seed >> 8) % 200 : 0;
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
  };

  private process(life: Life = { writes: Infinity, after: false }) {
    const documents = new MortalDocuments(this.documents, life, this.#holdUp);
    const ledger = new Ledger(documents);
    const digests = new Digests({ documents, ledger, currentRulebook: async () => 'book' });
    const gathering = new Gathering({
      digests,
      gates: new FloodGates(documents),
      receivers: new Map([[RECEIVER, this.settings]]),
      startDigest: async (input, { stir }) => {
        const running = this.#running.get(input.window);
        if (running === undefined) this.#running.set(input.window, { input, isStirred: stir });
        else running.isStirred ||= stir;
      },
    });
    return { ledger, digests, gathering };
  }
}
