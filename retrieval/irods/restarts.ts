import { IrodsConnectionError } from './errors.ts';
import { type Patience, pause } from './waiting.ts';

/** Pauses before a question is asked again, on another connection: at once, as one that idled was lost before. */
const PAUSES_MS = [0, 200, 500];

/**
 * Asks again, on a new connection each time, while the connection is what fails and `mayRepeat` says so.
 * @throws what `ask` throws, in the end
 */
export async function withRestarts<T>(
  ask: () => Promise<T>,
  patience: Patience,
  mayRepeat: () => boolean = () => true,
): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof IrodsConnectionError) || !mayRepeat()) throw error;
    }
    await pause(pauseMs, patience);
  }
  return ask();
}
