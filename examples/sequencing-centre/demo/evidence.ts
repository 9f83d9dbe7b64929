import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { CookieJar } from '../../../cookiejar/cookie-jar.ts';
import type { Cookie } from '../../../cookiejar/cookie.ts';
import type { Ledger } from '../../../deliveries/ledger.ts';

/** A cookie as the demo left it. */
export interface CookieEvidence {
  readonly cookie: Cookie;
  /** Whether all that is known of it was judged, and that did not fail. */
  readonly settled: boolean;
}

/** A notification's way to a receiver. */
export interface DeliveryEvidence {
  readonly receiver: string;
  readonly about: string;
  readonly identifier: string;
  readonly delivered: boolean;
}

const AT_ONCE = 200;
const lineSchema = z.object({ id: z.string(), object: z.object({ path: z.string() }) });

/** All cookies of a jar. */
export async function gatherCookies(jar: CookieJar): Promise<CookieEvidence[]> {
  const identifiers: string[] = [];
  for await (const identifier of jar.identifiers('')) identifiers.push(identifier);
  const evidence: CookieEvidence[] = [];
  for (let start = 0; start < identifiers.length; start += AT_ONCE) {
    const opened = await jar.open(identifiers.slice(start, start + AT_ONCE));
    for (const { cookie, knowledge, settled } of opened)
      evidence.push({ cookie, settled: settled?.knowledge === knowledge && settled.failed === undefined });
  }
  return evidence;
}

/** All deliveries on record. */
export async function gatherDeliveries(ledger: Ledger): Promise<DeliveryEvidence[]> {
  const evidence: DeliveryEvidence[] = [];
  for await (const { receiver, state, notification } of ledger.all()) {
    const { about, identifier } = notification;
    evidence.push({ receiver, about, identifier, delivered: state === 'delivered' });
  }
  return evidence;
}

/** The paths in the list that a receiver wrote, a line each; a line that came twice counts once. */
export async function gatherList(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text
    .split('\n')
    .filter(Boolean)
    .map((line) => lineSchema.parse(JSON.parse(line)));
  return [...new Map(lines.map(({ id, object }) => [id, object.path])).values()];
}
