import { z } from 'zod';
import type { Documents } from '../cookiejar/cookie-jar.ts';
import type { JsonObject } from '../cookiejar/json.ts';
import { receiverKey } from './delivery-ids.ts';
import { admit, type Admission, closed, type FloodGate, newGate } from './flood-gate.ts';
import type { ReceiverSettings } from './receiver-settings.ts';

const PREFIX = 'flood-gate:';

const gateSchema = z.object({
  receiver: z.string(),
  singles: z.array(z.tuple([z.string(), z.number()])),
  openedMs: z.number().exactOptional(),
  lastOpenedMs: z.number().exactOptional(),
  floodedUntilMs: z.number().exactOptional(),
});

/** The gates of all receivers that are told by digests: one document each, changed by all processes. */
export class FloodGates {
  readonly #documents: Documents;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** Whether a notification goes out singly now, or in which window it is gathered. */
  async admit(receiver: string, notification: string, settings: ReceiverSettings): Promise<Admission> {
    const nowMs = Date.now();
    return this.#documents.update(idOf(receiver), (body) => {
      const before = parseGate(body) ?? newGate(receiver);
      const { admission, gate } = admit(before, notification, nowMs, settings);
      return { result: admission, ...(gate !== before && { write: gateBody(gate) }) };
    });
  }

  /** When the window was opened that gathers notifications now; undefined where none does. */
  async openedMs(receiver: string): Promise<number | undefined> {
    const id = idOf(receiver);
    return parseGate((await this.#documents.read([id])).get(id))?.openedMs;
  }

  /** Closes a window, if it is open; what comes from now on is decided anew. */
  async close(receiver: string, window: string, count: number, settings: ReceiverSettings): Promise<void> {
    const nowMs = Date.now();
    await this.#documents.update(idOf(receiver), (body) => {
      const before = parseGate(body) ?? newGate(receiver);
      const gate = closed(before, window, count, nowMs, settings);
      return { result: undefined, ...(gate !== before && { write: gateBody(gate) }) };
    });
  }

  /** Every window that gathers notifications now. */
  async *open(): AsyncIterable<{ readonly receiver: string; readonly window: string }> {
    for await (const { body } of this.#documents.list(PREFIX)) {
      const gate = parseGate(body);
      if (gate?.openedMs !== undefined) yield { receiver: gate.receiver, window: String(gate.openedMs) };
    }
  }
}

function idOf(receiver: string): string {
  return PREFIX + receiverKey(receiver);
}

/** A gate that somebody damaged begins anew: what is gathered is found by its own documents. */
function parseGate(body: JsonObject | undefined): FloodGate | undefined {
  return gateSchema.safeParse(body).data;
}

function gateBody({ singles, ...rest }: FloodGate): JsonObject {
  return { ...rest, singles: singles.map(([id, atMs]) => [id, atMs]) };
}
