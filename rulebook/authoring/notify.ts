import type { JsonValue } from '../../cookiejar/json.ts';
import type { NotificationDraft } from '../../deliveries/notification.ts';

/** Words a notification for the receivers that accept what it is `about`. */
export function notify(
  about: string,
  details: { readonly data?: JsonValue; readonly sender?: string } = {},
): NotificationDraft {
  return { about, ...details };
}
