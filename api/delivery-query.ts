import { z } from 'zod';
import { toUtcInstant } from '../cookiejar/timestamp.ts';

const text = z.string().min(1);

/** By what deliveries are selected whatever became of them. */
export const untimedShape = {
  receiver: text.optional().describe("The receiver's id"),
  about: text.optional().describe('What the notification is about'),
  sender: text.optional().describe('Who sent it'),
  prefix: text.optional().describe('What the identifier of the cookie begins with'),
};

/** By what deliveries are selected, in queries and in bodies. */
export const selectionShape = {
  ...untimedShape,
  from: instant().optional().describe('Given up then or later: an ISO instant with a zone'),
  to: instant().optional().describe('Given up before: an ISO instant with a zone'),
};

function instant() {
  return z.string().transform((value, context) => {
    try {
      return toUtcInstant(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  });
}
