import type { Delivery } from './delivery.ts';

/** Which deliveries are meant: those that fulfil everything that is given. */
export interface DeliverySelection {
  readonly receiver?: string | undefined;
  readonly about?: string | undefined;
  readonly sender?: string | undefined;
  /** What the identifier of the cookie begins with. */
  readonly prefix?: string | undefined;
  /** ISO instant in UTC: given up then or later. */
  readonly from?: string | undefined;
  /** ISO instant in UTC: given up before. */
  readonly to?: string | undefined;
}

/** Whether a delivery is among those that are meant. */
export function isSelected({ receiver, notification, buriedAt = '' }: Delivery, selection: DeliverySelection): boolean {
  const { about, sender, prefix = '', from = '', to } = selection;
  return (
    isAsAsked(receiver, selection.receiver) &&
    isAsAsked(notification.about, about) &&
    isAsAsked(notification.sender, sender) &&
    notification.identifier.startsWith(prefix) &&
    buriedAt >= from &&
    (to === undefined || buriedAt < to)
  );
}

function isAsAsked(value: string, asked: string | undefined): boolean {
  return asked === undefined || value === asked;
}
