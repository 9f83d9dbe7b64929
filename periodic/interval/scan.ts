import { type Part, Refusal } from './refusal.ts';

export type Operator = '&' | '|' | '~' | '(' | ')';

/** A piece of an interval text: an operator, or a condition. */
export type Token =
  | { readonly kind: 'operator'; readonly operator: Operator; readonly position: number }
  | { readonly kind: 'part'; readonly part: Part; readonly position: number };

const CRON_CALL = /^(cron\s*)\(([^()]*)\)/;
const OPEN_CRON_CALL = /^(cron\s*)\([^()]*$/;

/**
 * Splits a text at the operators, which Rocketry reserves everywhere. `cron(...)` is one condition.
 * @throws Refusal
 */
export function scan(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const char = text.charAt(at);
    if (isOperator(char)) {
      tokens.push({ kind: 'operator', operator: char, position: at++ });
      continue;
    }
    const length = partLength(text, at);
    const part = trimmed(text.slice(at, at + length), at);
    if (part.text !== '') tokens.push({ kind: 'part', part, position: part.position });
    at += length;
  }
  return tokens;
}

/**
 * The conditions of a text, without the operators.
 * @throws Refusal
 */
export function partsOf(text: string): Part[] {
  return scan(text).flatMap((token) => (token.kind === 'part' ? [token.part] : []));
}

/** @throws Refusal where nothing but spaces is left */
export function notEmpty(text: string): void {
  if (text.trim() === '') throw new Refusal(text.length, 'it is empty', ['hourly']);
}

function partLength(text: string, at: number): number {
  const rest = text.slice(at);
  const space = rest.length - rest.trimStart().length;
  const call = CRON_CALL.exec(rest.trimStart());
  if (call !== null) return space + call[0].length;
  const opened = OPEN_CRON_CALL.exec(rest.trimStart())?.[1];
  if (opened !== undefined)
    throw new Refusal(at + space + opened.length, 'this is never closed', [`${text.trimEnd()})`]);
  const end = rest.search(/[&|~()]/);
  return end === -1 ? rest.length : end;
}

function trimmed(text: string, at: number): Part {
  return { text: text.trim(), position: at + text.length - text.trimStart().length };
}

function isOperator(char: string): char is Operator {
  return '&|~()'.includes(char);
}
