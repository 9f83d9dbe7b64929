import type { Settings } from '../configs/settings.ts';
import type { Documents } from '../cookiejar/cookie-jar.ts';
import { FloodGates } from '../deliveries/flood-gates.ts';
import type { RulebookStore } from '../rulebook/versions/rulebook-store.ts';
import type { TellDigestInput } from '../workflows/messages.ts';

/** What is needed to see whether what is configured for receivers fits what there is. */
export interface ReceiverSettingsOptions {
  readonly settings: Settings;
  readonly documents: Documents;
  readonly rulebooks: RulebookStore;
  readonly startDigest: (input: TellDigestInput, how: { readonly stir: boolean }) => Promise<void>;
  readonly log: { warn(fields: object, message: string): void };
}

/** Tells of receivers that are configured and that the rulebook in force does not have: a slip, or rules to come. */
export async function warnOfUnknownReceivers({ settings, rulebooks, log }: ReceiverSettingsOptions): Promise<void> {
  const current = await rulebooks.current();
  const definitions = current && (await rulebooks.definitions(current.hash));
  if (definitions === undefined) return;
  const known = definitions.filter(({ kind }) => kind === 'receiver').map(({ id }) => id);
  const unknown = Object.keys(settings.deliveries.receivers).filter((id) => !known.includes(id));
  if (unknown.length > 0)
    log.warn({ unknown, known }, 'deliveries.receivers names receivers that the rules do not have');
}

/** Has every window that gathers notifications look at what is configured now: it may be shorter, or off. */
export async function stirOpenWindows({ documents, startDigest }: ReceiverSettingsOptions): Promise<void> {
  for await (const input of new FloodGates(documents).open()) await startDigest(input, { stir: true });
}
