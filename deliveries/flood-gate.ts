import type { FloodLimit, ReceiverSettings } from './receiver-settings.ts';

/** Who was let through to a receiver lately, and the window in which notifications are gathered. */
export interface FloodGate {
  readonly receiver: string;
  /** Ids of the notifications that went out singly, each with its time; none older than the flood's limit looks back. */
  readonly singles: readonly (readonly [id: string, atMs: number])[];
  /** When the window was opened that gathers notifications now: also its name. */
  readonly openedMs?: number;
  /** When the last window was opened. */
  readonly lastOpenedMs?: number;
  /** Until then a closed window makes the flood go on: it gathered more than may go out singly. */
  readonly floodedUntilMs?: number;
}

/** Whether a notification goes out singly, or in which window it is gathered. */
export type Admission = { readonly window?: string };

/** The gate of a receiver that has had no notification. */
export function newGate(receiver: string): FloodGate {
  return { receiver, singles: [] };
}

/**
 * Decides about one notification. The same one is decided alike until the flood's limit no longer looks back to it.
 * @returns the same gate where nothing about it has changed
 */
export function admit(
  gate: FloodGate,
  notification: string,
  nowMs: number,
  settings: ReceiverSettings,
): { readonly admission: Admission; readonly gate: FloodGate } {
  if (gate.singles.some(([id]) => id === notification)) return { admission: {}, gate };
  if (gate.openedMs !== undefined) return { admission: { window: String(gate.openedMs) }, gate };
  const { flood, digestWindowMs } = settings;
  if (digestWindowMs !== undefined) return opened(gate, nowMs);
  return flood === undefined ? { admission: {}, gate } : counted(gate, notification, nowMs, flood);
}

/** After the window has ended. @param count how many it gathered */
export function closed(
  gate: FloodGate,
  window: string,
  count: number,
  nowMs: number,
  { flood }: ReceiverSettings,
): FloodGate {
  const { openedMs, floodedUntilMs: _, ...rest } = gate;
  if (openedMs === undefined || String(openedMs) !== window) return gate;
  const flooded = flood !== undefined && count > flood.notifications;
  return { ...rest, lastOpenedMs: openedMs, ...(flooded && { floodedUntilMs: nowMs + flood.withinMs }) };
}

function counted(gate: FloodGate, notification: string, nowMs: number, flood: FloodLimit) {
  const singles = gate.singles.filter(([, atMs]) => atMs > nowMs - flood.withinMs);
  const isFlooded = singles.length >= flood.notifications || nowMs < (gate.floodedUntilMs ?? 0);
  if (isFlooded) return opened({ ...gate, singles }, nowMs);
  return { admission: {}, gate: { ...gate, singles: [...singles, [notification, nowMs] as const] } };
}

function opened(gate: FloodGate, nowMs: number): { admission: Admission; gate: FloodGate } {
  // A window's name is its receiver's once and for all, also where clocks differ.
  const openedMs = Math.max(nowMs, (gate.lastOpenedMs ?? 0) + 1);
  return { admission: { window: String(openedMs) }, gate: { ...gate, openedMs } };
}
