import { type Gate, gateOf } from './gates.ts';
import { parseStretch, type Preposition } from './named-stretch.ts';
import { type Part, Refusal, rephrase } from './refusal.ts';
import type { Scope } from './stretch.ts';

/** A condition that is true at times, whatever ran before. */
export interface NamedGate {
  readonly gate: Gate;
  readonly scope: Scope;
  readonly differences: readonly string[];
}

const FORM = /^(time\s+of\s+)(\w+)(?:(\s+)(\w+)(\s+)(.+))?$/s;

/**
 * Reads `time of day between 08:00 and 18:00` and its like.
 * @returns undefined for other forms
 * @throws Refusal
 */
export function parseGateForm({ text, position }: Part): NamedGate | undefined {
  const [, start = '', word = '', gap = '', verb = '', space = '', words = ''] = FORM.exec(text) ?? [];
  if (word === '') return undefined;
  const at = position + start.length;
  const scope = toScope(word);
  if (scope === undefined)
    throw new Refusal(at, `there is no time of ${word}: minute, hour, day, week and month are known`, [
      `time of day ${verb} ${words}`,
      'time of day after 07:00',
    ]);
  const preposition = toPreposition(verb, scope);
  if (preposition === undefined) throw noPreposition(scope, at + word.length + gap.length, verb, words);
  const { stretch, differences } = rephrase(
    () =>
      parseStretch(scope, preposition, {
        text: words,
        position: at + word.length + gap.length + verb.length + space.length,
      }),
    (instead) => `time of ${scope} ${preposition} ${instead}`,
  );
  return { gate: gateOf(stretch), scope, differences };
}

function toScope(word: string): Scope | undefined {
  const scopes: readonly Scope[] = ['minute', 'hour', 'day', 'week', 'month'];
  return scopes.find((scope) => scope === word);
}

function toPreposition(word: string, scope: Scope): Preposition | undefined {
  const known: readonly Preposition[] = ['between', 'after', 'before'];
  if (word === 'on' && (scope === 'week' || scope === 'month')) return 'on';
  return known.find((preposition) => preposition === word);
}

function noPreposition(scope: Scope, position: number, verb: string, words: string): Refusal {
  const on = scope === 'week' || scope === 'month' ? ', on' : '';
  const reason = `after "time of ${scope}" stands one of between, after, before${on}`;
  const instead =
    words === '' ? [] : ['after', ...(verb === 'on' ? [] : ['on'])].map((one) => `time of ${scope} ${one} ${words}`);
  return new Refusal(position, reason, [...instead, 'time of day after 07:00']);
}
