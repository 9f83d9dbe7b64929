import { z } from 'zod';
import { InvalidIdentifierError } from '../cookiejar/errors.ts';
import { checkIdentifier } from '../cookiejar/identifier.ts';

/** What names a cookie, as the jar takes it: verbatim. */
export const identifierSchema = z.string().superRefine((text, context) => {
  try {
    checkIdentifier(text);
  } catch (error) {
    if (!(error instanceof InvalidIdentifierError)) throw error;
    context.addIssue(error.message);
  }
});
