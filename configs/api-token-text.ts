import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Name of the token that COOKIE_MONSTER_API_TOKEN holds. */
export const DEFAULT_TOKEN = 'default';

/** Nobody guesses 16 random characters. */
const PLAIN = /^(?!sha256:|env:)[\x21-\x7e]{16,}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const VARIABLE = /^env:[A-Za-z_]\w*$/;

/** What a token may be. */
export const TOKEN_WORDS =
  '16 or more visible ASCII characters without spaces, or sha256: and 64 hexadecimal digits, the digest of these';

/** A bearer token, or its digest. */
export function tokenText() {
  return z.string(TOKEN_WORDS).refine(isToken, TOKEN_WORDS);
}

/** One of `api.tokens` in `cookie-monster.json`. */
export const tokenEntrySchema = z
  .strictObject({
    /** Who it is given to; logs name it. */
    name: z
      .string()
      .regex(/^[\w.-]{1,64}$/, '1 to 64 letters, digits and any of _ . -')
      .refine((name) => name !== DEFAULT_TOKEN, `another name: "${DEFAULT_TOKEN}" is that of COOKIE_MONSTER_API_TOKEN`),
    access: z.enum(['read', 'write']),
    /** Itself; `sha256:` and its digest; or `env:` and the variable that holds one of these. */
    token: z
      .string()
      .refine((text) => isToken(text) || VARIABLE.test(text), `${TOKEN_WORDS}; or env: and the name of a variable`)
      .optional(),
    /** The file that holds one of these and nothing else; relative to the config folder. */
    tokenFile: z.string().min(1, 'the path of a file').optional(),
  })
  .refine(({ token, tokenFile }) => (token === undefined) !== (tokenFile === undefined), {
    error: 'either "token" or "tokenFile"',
  });

/** One of `api.tokens` as read. */
export type TokenEntry = z.output<typeof tokenEntrySchema>;

/** Whether a text is a token, or the digest of one. */
export function isToken(text: string): boolean {
  return PLAIN.test(text) || DIGEST.test(text);
}

/** Whether it can be sent as it stands: a digest cannot. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

/** The digest of a token that may be given as its digest, in hexadecimal digits. */
export function digestOf(text: string): string {
  return DIGEST.test(text) ? text.slice('sha256:'.length) : createHash('sha256').update(text).digest('hex');
}

/** The variable that holds a token; undefined where the text is a token itself. */
export function variableOf(text: string): string | undefined {
  return VARIABLE.test(text) ? text.slice('env:'.length) : undefined;
}
