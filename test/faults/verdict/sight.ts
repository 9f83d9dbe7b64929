import type { OpenedCookie } from '../../../cookiejar/cookie-jar.ts';
import type { Delivery } from '../../../deliveries/delivery.ts';
import { Ledger } from '../../../deliveries/ledger.ts';
import { WorkflowType } from '../../../workflows/messages.ts';
import type { World } from '../world/world.ts';

/** A workflow as Temporal lists it. */
export interface SeenWorkflow {
  readonly id: string;
  readonly type: string;
  readonly status: string;
}

/** What the jar and Temporal hold at one moment. */
export interface Sight {
  readonly cookies: ReadonlyMap<string, OpenedCookie>;
  readonly deliveries: readonly Delivery[];
  readonly workflows: readonly SeenWorkflow[];
}

const OURS = new Set<string>([WorkflowType.ProcessCookie, WorkflowType.DeliverNotification]);

/** Looks at everything. */
export async function look({ store, client }: World): Promise<Sight> {
  // Temporal first: what it is done with, the jar shows.
  const workflows: SeenWorkflow[] = [];
  for await (const { workflowId: id, type, status } of client.workflow.list()) {
    workflows.push({ id, type, status: status.name });
  }
  const identifiers = await collect(store.jar.identifiers(''));
  const opened = await store.jar.open(identifiers);
  return {
    cookies: new Map(opened.map((cookie) => [cookie.cookie.identifier, cookie])),
    deliveries: await collect(new Ledger(store.documents).all()),
    workflows,
  };
}

/** Workflows of cookies and deliveries that run. */
export function runningOf({ workflows }: Sight): readonly SeenWorkflow[] {
  return workflows.filter(({ type, status }) => OURS.has(type) && status === 'RUNNING');
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
