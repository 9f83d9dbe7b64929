import type { Delivery } from '../deliveries/delivery.ts';
import type { Digests } from '../deliveries/digests.ts';
import type { FloodGates } from '../deliveries/flood-gates.ts';
import { gatheringMs, type ReceiverSettings } from '../deliveries/receiver-settings.ts';
import type { TellDigestInput } from '../workflows/messages.ts';
import type { DeliveryDependencies } from './delivery-dependencies.ts';

/** A window whose workflow was started by this process is not looked after again for so long. */
const LOOKED_AFTER_MS = 60_000;

/** What gathering works with. */
export interface GatheringOptions extends Pick<DeliveryDependencies, 'receivers' | 'startDigest'> {
  readonly digests: Digests;
  readonly gates: FloodGates;
}

/** Keeps notifications back that a digest is to tell of: those of a flood, or all in a receiver's digest window. */
export class Gathering {
  readonly #options: GatheringOptions;
  readonly #lookedAfter = new Map<string, { readonly atMs: number; readonly started: Promise<void> }>();

  constructor(options: GatheringOptions) {
    this.#options = options;
  }

  /** Whether a delivery that waits is kept back, or was: a digest tells of it. */
  async keepsBack(delivery: Delivery): Promise<boolean> {
    const window = delivery.held ?? (await this.#windowFor(delivery));
    if (window === undefined) return false;
    const { receiver } = delivery;
    const { state, held = window, digest } = await this.#options.digests.hold(delivery, window);
    if (state === 'waiting' && digest === undefined) await this.#lookAfter({ receiver, window: held });
    return true;
  }

  /** How long a window goes on, by what is configured now; 0 where it has ended. */
  async dueIn({ receiver, window }: TellDigestInput): Promise<number> {
    const openedMs = await this.#options.gates.openedMs(receiver);
    if (String(openedMs) !== window) return 0;
    return Math.max(0, Number(window) + gatheringMs(this.#settingsOf(receiver)) - Date.now());
  }

  /** Ends a window, and makes what it gathered a digest. @returns ids of the deliveries to be made */
  async end({ receiver, window }: TellDigestInput): Promise<string[]> {
    const { digests, gates } = this.#options;
    const settings = this.#settingsOf(receiver);
    const count = await digests.countHeld(receiver, window, (settings.flood?.notifications ?? 0) + 1);
    // Closed first: whoever keeps something back later sees that, and asks for one more digest.
    await gates.close(receiver, window, count, settings);
    return digests.make(receiver, window);
  }

  async #windowFor(delivery: Delivery): Promise<string | undefined> {
    const settings = this.#settingsOf(delivery.receiver);
    if (gatheringMs(settings) === 0 || !isFirstAttempt(delivery)) return undefined;
    const { window } = await this.#options.gates.admit(delivery.receiver, delivery.notification.id, settings);
    return window;
  }

  /** The window's workflow must look after this notification was noted down. */
  async #lookAfter(input: TellDigestInput): Promise<void> {
    const isOpen = String(await this.#options.gates.openedMs(input.receiver)) === input.window;
    if (!isOpen) {
      await this.#options.startDigest(input, { stir: true });
      return;
    }
    // It looks when the window ends, so that it is enough that it runs.
    await this.#startNowAndThen(input);
  }

  async #startNowAndThen(input: TellDigestInput): Promise<void> {
    const atMs = Date.now();
    for (const [other, known] of this.#lookedAfter) {
      if (known.atMs <= atMs - LOOKED_AFTER_MS) this.#lookedAfter.delete(other);
    }
    const key = JSON.stringify(input);
    const known = this.#lookedAfter.get(key);
    const started = known?.started ?? this.#options.startDigest(input, { stir: false });
    if (known === undefined) this.#lookedAfter.set(key, { atMs, started });
    try {
      await started;
    } catch (error) {
      this.#lookedAfter.delete(key);
      throw error;
    }
  }

  #settingsOf(receiver: string): ReceiverSettings {
    return this.#options.receivers.get(receiver) ?? {};
  }
}

/** What was let through once goes on singly, and so do digests and what a person sends again. */
function isFirstAttempt({ attempts, burials, members }: Delivery): boolean {
  return attempts === 0 && burials === 0 && members === undefined;
}
