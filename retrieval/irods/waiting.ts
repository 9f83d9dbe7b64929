import type { Pace } from '../../pacing/pace.ts';
import { BatonTimeoutError } from './errors.ts';

/** How long something is waited for, and who may call that off. */
export interface Patience {
  /** Names what is waited for, in errors. */
  readonly about: string;
  /** Milliseconds. */
  readonly timeoutMs?: number;
  /** Any of them that is aborted ends the waiting, with its reason. */
  readonly signals: readonly (AbortSignal | undefined)[];
}

/**
 * What `wanted` brings, unless it takes too long or is called off; it itself goes on then.
 * @throws BatonTimeoutError, the reason of a signal, what `wanted` rejects with
 */
export async function inTime<T>(wanted: Promise<T>, { about, timeoutMs, signals }: Patience): Promise<T> {
  const cleanUps: (() => void)[] = [];
  const givenUp = new Promise<never>((_resolve, reject) => {
    if (timeoutMs !== undefined) {
      const timer = setTimeout(() => reject(new BatonTimeoutError(about, timeoutMs)), timeoutMs);
      cleanUps.push(() => clearTimeout(timer));
    }
    for (const signal of signals) if (signal !== undefined) cleanUps.push(onAbort(signal, reject));
  });
  wanted.catch(() => {});
  try {
    return await Promise.race([givenUp, wanted]);
  } finally {
    for (const cleanUp of cleanUps) cleanUp();
  }
}

/** Waits for one's turn, where there is a pace to keep; can be called off. */
export async function takeTurn(pace: Pace | undefined, patience: Patience): Promise<void> {
  if (pace === undefined) return;
  const left = new AbortController();
  try {
    await inTime(pace.turn(left.signal), patience);
  } finally {
    left.abort();
  }
}

/** A pause that can be called off. */
export async function pause(ms: number, patience: Patience): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await inTime(over, patience);
  } finally {
    clearTimeout(timer);
  }
}

/** @returns what takes the listener away again: signals live long, and remember each */
function onAbort(signal: AbortSignal, reject: (reason: unknown) => void): () => void {
  const listen = (): void => reject(signal.reason);
  if (signal.aborted) listen();
  else signal.addEventListener('abort', listen, { once: true });
  return () => signal.removeEventListener('abort', listen);
}
