import { notificationOf } from '../backends/pubsub/notification.ts';
import type { CancelSignal } from '../domain/cancellation.ts';
import {
  type Notification,
  type NotificationEntry,
  type NotificationFilter,
  notificationType,
  type PubsubMessage,
} from '../domain/notification.ts';
import { notificationReceived } from '../domain/telemetry.ts';
import type { IsVisible } from '../live/broadcast.ts';
import { type Entries, Feeds } from '../live/feeds.ts';
import type { Logger } from '../log.ts';
import type { Store } from '../store/store.ts';
import { Inbox } from './inbox.ts';

export interface NotificationsDeps {
  readonly store: Pick<Store, 'notifications' | 'onNotification'>;
  /** Called when reads that are in flight may return outdated data. */
  forgetReads(): void;
  /** Called with each message that this instance has stored. */
  onReceived?: ((notification: Notification) => void) | undefined;
  readonly log: Logger;
}

/** Receives and streams notifications. Its store lists them. */
export class Notifications {
  readonly store: Store['notifications'];
  readonly #inbox: Inbox;
  readonly #log: Logger;
  readonly #onReceived: NotificationsDeps['onReceived'];
  readonly #feeds = new Feeds<NotificationEntry>();
  readonly #unsubscribe: () => void;

  constructor({ store, forgetReads, onReceived, log }: NotificationsDeps) {
    this.#onReceived = onReceived;
    this.store = store.notifications;
    this.#inbox = new Inbox(store.notifications);
    this.#log = log;
    this.#unsubscribe = store.onNotification((customerId) => {
      // Before the watchers wake: they read the customer again.
      forgetReads();
      if (customerId === null) return this.#feeds.wakeAll();
      if (customerId !== '') this.#feeds.wake(customerId);
      this.#feeds.wake(ALL);
    });
  }

  /**
   * Stores a message once per message id and publishes it. Resolves when it is on disk.
   * @throws GatewayError UNAVAILABLE when the database is unavailable
   */
  async receive(message: PubsubMessage): Promise<void> {
    const notification = notificationOf(message);
    await this.#inbox.add(notification, message.data.length);
    this.#onReceived?.(notification);
    const { messageId, type, customerId } = notification;
    notificationReceived.publish(type === null ? null : notificationType(type));
    if (type !== null && customerId !== null) return;
    this.#log.warn({ messageId, type }, 'stored a notification without a type or customer');
  }

  /**
   * Every notification that matches the filter, once and in the order of arrival, from now on or
   * after the sequence `after`. Ends when `signal` aborts.
   * @param isVisible decides about each notification when it is delivered
   */
  async watch(
    filter: NotificationFilter,
    after: number | null,
    signal: CancelSignal,
    isVisible?: IsVisible<NotificationEntry>,
  ): Promise<Entries<NotificationEntry>> {
    const lastSequence = () => this.store.lastSequence();
    const source = {
      name: JSON.stringify([filter.customerId, filter.types, filter.tenant]),
      key: filter.customerId ?? ALL,
      read: (from: number, limit: number) => this.store.after(filter, from, limit, BATCH_BYTES),
      isFull: (entries: readonly NotificationEntry[]) =>
        entries.reduce((sum, { bytes }) => sum + bytes, 0) >= BATCH_BYTES,
      lastSequence: filter.tenant && lastSequence,
    };
    return this.#feeds.follow(source, {
      ...{ after, last: await lastSequence(), signal, isVisible },
    });
  }

  /** Resolves when everything received before is stored or has failed. */
  async close(): Promise<void> {
    await this.#inbox.idle();
    this.#unsubscribe();
  }
}

/** Bytes of messages after which a watcher's read ends: a message can have 1 MB. */
const BATCH_BYTES = 1_000_000;
/** The wake-up key of those who watch all customers. No customer has an empty id. */
const ALL = '';
