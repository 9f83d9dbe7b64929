const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The number of letters a digest's texts are written in; the codes of the letters are below it. */
export const LETTERS = CHARACTERS.length;

/** The letter of each code. */
export const LETTER_OF: readonly string[] = CHARACTERS.split('');

const CODE_OF = codesByCharacter();

/** The codes of a text that consists of digest letters only. */
export function encode(text: string): Uint8Array {
  const codes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) codes[at] = CODE_OF[text.charCodeAt(at)] ?? 0;
  return codes;
}

function codesByCharacter(): Uint8Array {
  const codes = new Uint8Array(128);
  for (const [code, letter] of LETTER_OF.entries()) codes[letter.charCodeAt(0)] = code;
  return codes;
}
