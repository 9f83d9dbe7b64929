import { type Part, Refusal } from './refusal.ts';

/** Conditions of Rocketry that are no schedule: the form, why not, and what to say instead. */
const REFUSED: readonly (readonly [form: RegExp, reason: string, instead: string])[] = [
  [/^(always )?true$/, 'runs without a pause are not to be had', 'every 1 min'],
  [/^(always|never|false)$/, 'Rocketry fails on this too; to stop a worker set "paused": true', 'hourly'],
  [/^past (.+)$/, 'Rocketry fails on this too', 'every $1'],
  [
    /^after (any )?tasks? .*$/,
    'the end of another run is no time: let that worker do this work, or look often',
    'every 1 min',
  ],
  [/^(?:while )?task '.*' is running$/, 'what is running is not known to a schedule: look at it in the worker', ''],
  [/^scheduler .*$/, 'there is no scheduler process whose age or cycles could count', ''],
  [/^env '.*$/, 'the environment decides which config files there are; a schedule does not ask it', ''],
  [/^param '.*$/, 'parameters are the keys of the config file: look at them in the worker', ''],
  [/^retry\b.*$/, 'failing runs are retried by policy', ''],
  [/^running\b.*$/, 'Rocketry fails on this too; "overlap": "skip" keeps a run from starting while one is running', ''],
  [/^crontime (.+)$/, 'Rocketry fails on this too', 'cron $1'],
  [/^(@\w+.*)$/, 'cron is missing', 'cron $1'],
  [/^((?:[\d*/,-]+\s+){4}[\w*/,-]+)$/, 'cron is missing', 'cron $1'],
  [/^(\d+.*)$/, '"every" is missing', 'every $1'],
  [/^every(\S.*)$/, 'a space is missing', 'every $1'],
  [/^at (.+)$/, 'a cycle is missing', 'daily at $1'],
  [/^annually$/, 'this is no word of the grammar', 'yearly'],
];

const STARTS = ['secondly', 'minutely', 'hourly', 'daily', 'weekly', 'monthly', 'yearly', 'every', 'cron', 'time of'];
const KNOWN = 'known are minutely, hourly, daily, weekly, monthly, yearly, every <number> <unit>, cron and time of';

/** Why a condition that is none of the forms is refused. */
export function refusedForm({ text, position }: Part): Refusal {
  for (const [form, reason, instead] of REFUSED) {
    if (form.test(text)) return new Refusal(position, reason, instead === '' ? [] : [text.replace(form, instead)]);
  }
  const lower = text.toLowerCase();
  const start = STARTS.find((word) => lower.startsWith(word));
  if (start === undefined) return new Refusal(position, KNOWN, []);
  if (!text.startsWith(start))
    return new Refusal(position, 'upper and lower case matter', [start + text.slice(start.length), lower]);
  return afterKnownStart(text, start, position);
}

function afterKnownStart(text: string, start: string, position: number): Refusal {
  const rest = text.slice(start.length);
  const at = position + start.length + (rest.length - rest.trimStart().length);
  const reason =
    rest.trim() === ''
      ? 'something is missing after this'
      : 'after a cycle stands one of after, before, between, on, at, starting, or nothing';
  return new Refusal(at, reason, [`${start} on ${rest.trim()}`, `${start} at ${rest.trim()}`, start]);
}
