import { createHash } from 'node:crypto';
import { canonicalJson } from '../cookiejar/canonical-json.ts';
import type { JsonValue } from '../cookiejar/json.ts';

/** Hexadecimal digits of a notification's id: 128 bits. */
const ID_DIGITS = 32;

/** As many of them are decided by the job alone, so that what arose in a job can be listed. */
const JOB_DIGITS = 12;

/** Receiver ids longer than this, once written for an id, end in a hash instead. */
const MAX_RECEIVER_LENGTH = 170;

/** The id of a notification: the same for the same rule's notification about the same within one job, else another. */
export function notificationId(job: string, rule: string, about: string, data: JsonValue): string {
  return jobPrefix(job) + hash(canonicalJson([job, rule, about, data])).slice(JOB_DIGITS);
}

/** What the ids of all notifications of a job begin with; those of other jobs hardly ever do. */
export function jobPrefix(job: string): string {
  return hash(job).slice(0, JOB_DIGITS);
}

/** The id of one notification's delivery to one receiver. */
export function deliveryId(notification: string, receiver: string): string {
  return `${notification}:${receiverKey(receiver)}`;
}

/** What stands for a receiver in ids: plain characters without a colon, whatever the receiver's id has. */
export function receiverKey(receiver: string): string {
  const written = encodeURIComponent(Buffer.from(receiver).toString());
  return written.length <= MAX_RECEIVER_LENGTH ? written : `${written.slice(0, MAX_RECEIVER_LENGTH)}~${hash(receiver)}`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, ID_DIGITS);
}
