import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A receiver that writes every notification it gets to a file of the data folder, one a line. */
export const RECORDER = `
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { defineReceiver } from 'cookie-monster';
export default defineReceiver({
  id: 'recorder',
  accepts: (notification) => notification.about !== 'nothing_more_to_learn',
  receive: async (notification, context) => {
    await mkdir(context.home, { recursive: true });
    await appendFile(join(context.home, 'received.jsonl'), JSON.stringify(notification) + '\\n');
  },
});`;

/** A rule that matches while the cookie has an enrichment of `source`, and notifies about its own id unless told else. */
export function ruleOn(
  id: string,
  source: string,
  more = '',
  action = `notifications: [notify('${id}', { data: cookie.identifier })]`,
): string {
  return `
import { defineRule, notify, Priority } from 'cookie-monster';
export default defineRule({
  id: '${id}', ${more}
  matches: (cookie) => cookie.enrichments.sources().includes('${source}'),
  action: (cookie) => ({ ${action} }),
});`;
}

/** What a {@link loaderOn} does when it is called, beside the rest. */
export interface LoaderText {
  readonly id: string;
  /** Loads while the cookie has an enrichment of this source and none of the loader's own. */
  readonly needs: string;
  readonly priority?: number;
  /** Statements that run before it brings its enrichment; `cookie`, `context`, `note`, `gate` and `sleep` are at hand. */
  readonly body?: string;
}

/** A loader that brings one enrichment, named after itself. */
export function loaderOn({ id, needs, priority = 0, body = '' }: LoaderText): string {
  return `
${AT_HAND}
import { defineLoader } from 'cookie-monster';
export default defineLoader({
  id: '${id}', priority: ${priority},
  canEnrich: (cookie) => cookie.enrichments.sources().includes('${needs}') && !cookie.enrichments.sources().includes('${id}'),
  load: async (cookie, context) => {
    ${body}
    return { source: '${id}', metadata: { of: cookie.identifier } };
  },
});`;
}

/** A receiver of notifications about `about`; `notification`, `context`, `note`, `gate` and `sleep` are at hand. */
export function receiverOf(id: string, about: string, body: string): string {
  return `
${AT_HAND}
import { defineReceiver } from 'cookie-monster';
export default defineReceiver({
  id: '${id}',
  accepts: (notification) => notification.about === '${about}',
  receive: async (notification, context) => {
    ${body}
  },
});`;
}

/** `note` appends a line to a file, so that a test can count; `gate` waits until a file is there. */
export const AT_HAND = `
import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
const note = (file, line) => { mkdirSync(dirname(file), { recursive: true }); appendFileSync(file, line + '\\n'); };
const gate = async (file) => { while (!existsSync(file)) await sleep(20); };
`;

/** A notification as the {@link RECORDER} wrote it. */
export interface Received {
  readonly id: string;
  readonly about: string;
  readonly sender: string;
  readonly identifier: string;
  readonly data: unknown;
}

/** What the {@link RECORDER} has written. */
export async function received(home: string): Promise<Received[]> {
  return (await linesOf(join(home, 'received.jsonl'))).map((line) => JSON.parse(line) as Received);
}

/** The lines of a file; none where it does not exist. */
export async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean);
}
