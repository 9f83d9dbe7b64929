import { compile } from './compile.ts';
import { Refusal } from './refusal.ts';
import { partsOf } from './scan.ts';

const LAST_RESORT = 'hourly';
/** Suggestions that are refused in their turn lead to others; so far and no farther. */
const MOST_TRIES = 12;

/** The form that can be had and comes nearest to a refused one. */
export function nearestTo(text: string, refusal: Refusal, now: Date): string {
  const waiting = suggestions(text, refusal);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const suggestion = waiting[tries];
    if (suggestion === undefined) break;
    try {
      compile(suggestion, 'UTC', now);
      return suggestion;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      waiting.splice(tries + 1, 0, ...suggestions(suggestion, error).filter((one) => !waiting.includes(one)));
    }
  }
  return LAST_RESORT;
}

function suggestions(text: string, { part, instead }: Refusal): string[] {
  const alone = partTexts(text);
  if (part === undefined) return clean([...instead, ...alone]);
  const before = text.slice(0, part.position);
  const after = text.slice(part.position + part.text.length);
  const without = /[&|]\s*~*\s*$/.test(before)
    ? before.replace(/[&|]\s*~*\s*$/, '').trimEnd() + after
    : before + after.replace(/^\s*[&|]/, '').trimStart();
  return clean([...instead.map((one) => before + one + after), without, ...instead, ...alone]);
}

function partTexts(text: string): string[] {
  try {
    return partsOf(text).map((each) => each.text);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [];
  }
}

function clean(texts: readonly string[]): string[] {
  return [...new Set(texts.map((one) => one.trim()))].filter((one) => one !== '');
}
