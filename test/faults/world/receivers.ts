import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Notification } from '../../../deliveries/notification.ts';
import { RECEIVERS, type ReceiverFault, type ReceiverName } from '../plan/plan.ts';

/** One notification as a receiver took it. */
export interface Receipt {
  readonly receiver: ReceiverName;
  readonly notification: Notification;
}

/** The outside world that rules, loaders and receivers talk to. */
export interface Outside {
  readonly url: string;
  readonly receipts: readonly Receipt[];
  /** How often receivers were called in vain. */
  readonly refusals: number;
  /** How a receiver goes wrong from now on; undefined: not at all. */
  decide(receiver: ReceiverName, fault: ReceiverFault | undefined): void;
  close(): Promise<void>;
}

const LATE_MS = 700;

/**
 * Counts what receivers get, and fails loaders.
 * @param loaderFailures how often each cookie's loader fails first
 */
export async function startOutside(loaderFailures: number): Promise<Outside> {
  const receipts: Receipt[] = [];
  const faults = new Map<string, ReceiverFault | undefined>();
  const asked = new Map<string, number>();
  let refusals = 0;

  const receive = async (receiver: ReceiverName, body: string, response: ServerResponse): Promise<void> => {
    const fault = faults.get(receiver);
    if (fault === undefined || fault === 'late' || fault === 'lose-answer') {
      receipts.push({ receiver, notification: JSON.parse(body) as Notification });
    } else refusals += 1;
    if (fault === 'late') await delay(LATE_MS);
    if (fault === 'hang') return;
    if (fault === 'cut' || fault === 'lose-answer') response.destroy();
    else response.writeHead(fault === 'fail' ? 500 : 204).end();
  };
  const load = (identifier: string, response: ServerResponse): void => {
    const before = asked.get(identifier) ?? 0;
    asked.set(identifier, before + 1);
    response.writeHead(before < loaderFailures ? 503 : 204).end();
  };
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const receiver = RECEIVERS.find((name) => request.url === `/receive/${name}`);
      if (receiver === undefined) load(body, response);
      else await receive(receiver, body, response);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    receipts,
    get refusals() {
      return refusals;
    },
    decide: (receiver, fault) => {
      faults.set(receiver, fault);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
