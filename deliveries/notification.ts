import type { JsonValue } from '../cookiejar/json.ts';

/** What a rule asks to be told to receivers. */
export interface NotificationDraft {
  /** What it is about; receivers select by it. */
  readonly about: string;
  readonly data?: JsonValue;
  /** @default the rule's id */
  readonly sender?: string;
}

/** A notification as receivers get it. */
export interface Notification {
  /** The same on every repeat of the same notification. */
  readonly id: string;
  readonly about: string;
  /** `null` where the rule gave none. */
  readonly data: JsonValue;
  readonly sender: string;
  /** The cookie it is about. */
  readonly identifier: string;
  /** ISO instant, the same on every repeat. */
  readonly at: string;
}
