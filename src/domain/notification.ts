/** Who may read the reseller API's notifications, and from which Pub/Sub topic. */
export interface NotificationWatch {
  /** Null where the answer did not tell: then they have to be read. */
  readonly serviceAccountEmailAddresses: readonly string[] | null;
  readonly topicName: string | null;
}

/** A message of a Pub/Sub subscription, as it was delivered. */
export interface PubsubMessage {
  /** The same for every delivery of a message; null when the delivery does not tell it. */
  readonly messageId: string | null;
  /** When the vendor published it; null when the delivery does not tell. */
  readonly publishTime: Date | null;
  /** What was published. Of an envelope that cannot be read, the envelope. */
  readonly data: Uint8Array;
}

/**
 * Takes a message in. Resolves when it is kept, or was before: then it may be acknowledged.
 * Rejects with a GatewayError, UNAVAILABLE when the same message may be kept later.
 */
export type ReceiveMessage = (message: PubsubMessage) => Promise<void>;

/** Everything that the vendor tells of. */
export const notificationTypes = [
  'NEW_SUBSCRIPTION_CREATED',
  'SUBSCRIPTION_TRIAL_ENDED',
  'PRICE_PLAN_SWITCHED',
  'COMMITMENT_CHANGED',
  'SUBSCRIPTION_RENEWED',
  'SUBSCRIPTION_SUSPENDED',
  'SUBSCRIPTION_SUSPENSION_REVOKED',
  'SUBSCRIPTION_CANCELLED',
  'SUBSCRIPTION_CONVERTED',
  'SUBSCRIPTION_UPGRADE',
  'SUBSCRIPTION_DOWNGRADE',
  'LICENSE_ASSIGNMENT_CHANGED',
] as const;

export type NotificationType = (typeof notificationTypes)[number];

/** Stands for every word that is not one of `notificationTypes`, and for none. */
export const OTHER_TYPE = 'UNRECOGNIZED';

/** What a vendor's word stands for. */
export function notificationType(word: string | null): NotificationType | typeof OTHER_TYPE {
  return notificationTypes.find((type) => type === word) ?? OTHER_TYPE;
}

/**
 * That something happened to a subscription, told by the reseller API. It carries no state, may come
 * late, out of order or not at all: the subscription has to be read again. Of a message that is not
 * understood everything but the first three is empty.
 */
export interface Notification {
  /** Pub/Sub's id of the message; one of the gateway's own when it came without. */
  readonly messageId: string;
  readonly publishTime: Date | null;
  /** The published data: JSON, or the text itself when it is none. */
  readonly raw: unknown;
  /** The vendor's word: one of `notificationTypes`, or a newer one. */
  readonly type: string | null;
  /** The reseller API's id of the customer. */
  readonly customerId: string | null;
  readonly customerDomain: string | null;
  readonly subscriptionId: string | null;
  readonly skuId: string | null;
  readonly suspensionReasons: readonly string[];
  readonly cancellationReason: string | null;
}

/** A notification at its place among all that were received. */
export interface NotificationEntry {
  readonly notification: Notification;
  /** Grows with every notification; never used twice. */
  readonly sequence: number;
  readonly receivedAt: Date;
}

export interface NotificationFilter {
  /** The reseller API's id. */
  readonly customerId?: string | undefined;
  /** Any of them; none of them means no notification. */
  readonly types?: readonly (NotificationType | typeof OTHER_TYPE)[] | undefined;
}
