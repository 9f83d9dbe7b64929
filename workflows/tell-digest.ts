import { condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { continueElsewhere } from './continue-elsewhere.ts';
import { sturdyActivities } from './fast-then-sturdy.ts';
import { stirSignal, type TellDigestInput } from './messages.ts';

/**
 * Waits until the window of a receiver ends, then has a digest made of all that was gathered in it, and leaves the
 * digest's delivery to a workflow of its own.
 */
export async function tellDigest(input: TellDigestInput): Promise<number> {
  let isStirred = false;
  let made = 0;
  setHandler(stirSignal, () => {
    isStirred = true;
  });
  setCurrentDetails(`Gathers notifications for receiver ${input.receiver}`);
  // Nothing may be awaited between the last look at what stirs and returning: something that came late could slip in.
  do {
    isStirred = false;
    const { waitMs } = await sturdyActivities().digestDue(input);
    if (waitMs > 0) {
      await condition(() => isStirred, waitMs);
      isStirred = true;
    } else {
      const { deliveries } = await sturdyActivities().gatherDigests(input);
      await Promise.all(deliveries.map(continueElsewhere));
      made += deliveries.length;
    }
  } while (isStirred);
  return made;
}
