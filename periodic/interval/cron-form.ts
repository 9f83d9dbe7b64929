import { cronDifferences, cronMacro, cronWindows, parseCron } from './cron.ts';
import { parseCronEvery } from './every-form.ts';
import type { NamedRecurrence } from './recurrence.ts';
import { type Part, Refusal, rephrase } from './refusal.ts';

const FORM = /^cron(?:(\s*\(\s*)([^()]*?)\s*\)|(\s+)(.*)|)$/s;

/**
 * Reads `cron 0 9 * * *`, `cron(0 9 * * *)`, `cron @daily` and their like.
 * @returns undefined for other forms
 * @throws Refusal
 */
export function parseCronForm({ text, position }: Part): NamedRecurrence | undefined {
  const found = FORM.exec(text);
  if (found === null) return undefined;
  const [, opening, inside, gap = '', after = ''] = found;
  const at = position + 'cron'.length + (opening ?? gap).length;
  const form = rephrase(
    () => parseFields(inside ?? after, at),
    (instead) => (opening === undefined ? `cron ${instead}` : `cron(${instead})`),
  );
  if (opening === undefined) return form;
  return { ...form, differences: [...form.differences, 'an extension: Rocketry does not take cron in parentheses'] };
}

function parseFields(text: string, position: number): NamedRecurrence {
  if (!text.startsWith('@')) return cronForm(text, position, []);
  const [, name = '', gap = '', span = ''] = /^(@\w*)(\s*)(.*)$/s.exec(text) ?? [];
  if (name === '@every') {
    return rephrase(
      () => parseCronEvery(span, position + name.length + gap.length),
      (instead) => `@every ${instead}`,
    );
  }
  const fields = cronMacro(text);
  if (fields === undefined) throw new Refusal(position, `there is no ${text} in cron`, ['@daily']);
  return cronForm(fields, position, [`an extension: Rocketry fails on ${name}`]);
}

function cronForm(text: string, position: number, extensions: readonly string[]): NamedRecurrence {
  const cron = parseCron(text, position);
  const differences = cronDifferences(cron);
  const longer = cron.year === undefined ? [] : ['an extension: Rocketry fails on more than five fields'];
  return {
    recurrence: { kind: 'cron', name: `cron ${text.trim().split(/\s+/).join(' ')}`, windows: cronWindows(cron), cron },
    exact: differences.length === 0,
    differences: [...differences, ...longer, ...extensions],
  };
}
