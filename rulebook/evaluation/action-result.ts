import { InvalidEnrichmentError } from '../../cookiejar/errors.ts';
import type { JsonValue } from '../../cookiejar/json.ts';
import { isPlainObject, plainJson } from '../../cookiejar/plain-json.ts';
import { describe } from '../../bundling/describe.ts';

/** What an action asked for, checked. */
export interface CheckedAction {
  readonly notifications: readonly { readonly about: string; readonly data: JsonValue; readonly sender?: string }[];
  readonly terminate: boolean;
}

/** Each is a document and a delivery; a rule that asks for more has most likely lost count. */
const MAX_NOTIFICATIONS = 1000;

/** One that is larger could not be stored. */
const MAX_DATA_BYTES = 1024 * 1024;

const NOTHING: CheckedAction = { notifications: [], terminate: false };

/**
 * Checks what an action returned.
 * @throws TypeError naming what is wrong and what is allowed
 */
export function checkAction(result: unknown): CheckedAction {
  if (result === undefined || result === null) return NOTHING;
  if (!isPlainObject(result))
    throw new TypeError(`action returned ${describe(result)} (allowed: nothing, or {notifications?, terminate?})`);
  refuseOthers(result, ['notifications', 'terminate'], 'the result of action');
  const { notifications = [], terminate = false } = result;
  if (typeof terminate !== 'boolean')
    throw new TypeError(`action returned ${describe(terminate)} as 'terminate' (allowed: true, false)`);
  if (!Array.isArray(notifications))
    throw new TypeError(`action returned ${describe(notifications)} as 'notifications' (allowed: an array)`);
  if (notifications.length > MAX_NOTIFICATIONS)
    throw new TypeError(`action returned ${notifications.length} notifications (allowed: ${MAX_NOTIFICATIONS})`);
  return { notifications: Array.from(notifications, checkDraft), terminate };
}

function checkDraft(draft: unknown, index: number): CheckedAction['notifications'][number] {
  const place = `notifications[${index}]`;
  if (!isPlainObject(draft)) throw new TypeError(`${place} is ${describe(draft)} (allowed: what notify() makes)`);
  refuseOthers(draft, ['about', 'data', 'sender'], place);
  const { about, data = null, sender } = draft;
  const checked = { about: checkText(about, `${place}.about`), data: checkData(data, `${place}.data`) };
  const bytes = Buffer.byteLength(JSON.stringify([checked, sender]));
  if (bytes > MAX_DATA_BYTES) throw new TypeError(`${place} has ${bytes} bytes of JSON (allowed: ${MAX_DATA_BYTES})`);
  return sender === undefined ? checked : { ...checked, sender: checkText(sender, `${place}.sender`) };
}

function refuseOthers(value: Record<string, unknown>, allowed: readonly string[], place: string): void {
  const other = Object.keys(value).find((key) => !allowed.includes(key));
  if (other !== undefined)
    throw new TypeError(`${place} has an unknown member '${other}' (allowed: ${allowed.join(', ')})`);
}

function checkText(value: unknown, place: string): string {
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`${place} is ${describe(value)} (allowed: a text that is not empty)`);
  checkData(value, place);
  return value;
}

function checkData(value: unknown, place: string): JsonValue {
  try {
    return plainJson(value, place, MAX_DATA_BYTES);
  } catch (error) {
    if (error instanceof InvalidEnrichmentError)
      throw new TypeError(error.message.replace(/^[^:]*: /, ''), { cause: error });
    throw error;
  }
}
