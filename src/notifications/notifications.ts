import { notificationOf } from '../backends/pubsub/notification.ts';
import {
  type Notification,
  type NotificationEntry,
  type NotificationFilter,
  notificationType,
  type PubsubMessage,
} from '../domain/notification.ts';
import { notificationReceived } from '../domain/telemetry.ts';
import { follow } from '../live/follow.ts';
import { SharedReads } from '../live/shared-reads.ts';
import { skipping } from '../live/skipping.ts';
import { WakeUps } from '../live/wake-up.ts';
import type { Logger } from '../log.ts';
import type { PageQuery } from '../store/database/pages.ts';
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

/** Receives, lists and streams notifications. */
export class Notifications {
  readonly #store: Store['notifications'];
  readonly #inbox: Inbox;
  readonly #log: Logger;
  readonly #onReceived: NotificationsDeps['onReceived'];
  readonly #wakeUps = new WakeUps();
  readonly #reads = new SharedReads<NotificationEntry>();
  readonly #unsubscribe: () => void;

  constructor({ store, forgetReads, onReceived, log }: NotificationsDeps) {
    this.#onReceived = onReceived;
    this.#store = store.notifications;
    this.#inbox = new Inbox(store.notifications);
    this.#log = log;
    this.#unsubscribe = store.onNotification((customerId) => {
      // Before the watchers wake: they read the customer again.
      forgetReads();
      this.#reads.changed();
      if (customerId === null) return this.#wakeUps.wakeAll();
      if (customerId !== '') this.#wakeUps.wake(customerId);
      this.#wakeUps.wake(ALL);
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

  get(messageId: string): Promise<NotificationEntry | null> {
    return this.#store.get(messageId);
  }

  /** Pages, newest first, in the order of the queries. Rejects when they are larger than `maxBytes`. */
  pages(
    queries: readonly PageQuery<NotificationFilter>[],
    maxBytes?: number,
  ): Promise<readonly (readonly NotificationEntry[])[]> {
    return this.#store.pages(queries, maxBytes);
  }

  /** The numbers of notifications that match the filters, in their order. */
  counts(filters: readonly NotificationFilter[]): Promise<readonly number[]> {
    return this.#store.counts(filters);
  }

  /**
   * Every notification that matches the filter, once and in the order of arrival, from now on or
   * after the sequence `after`. Ends when `signal` aborts.
   */
  async watch(
    filter: NotificationFilter,
    after: number | null,
    signal: AbortSignal,
  ): Promise<AsyncIterableIterator<NotificationEntry>> {
    const last = await this.#store.lastSequence();
    // A higher sequence comes from a store that was deleted; it marks no position in this one.
    const seen = after !== null && after <= last ? after : last;
    const name = JSON.stringify([filter.customerId, filter.types, filter.tenant]);
    const read = (from: number, limit: number, last?: number) =>
      this.#reads.read(`${from} of ${name} at ${last}`, () =>
        this.#store.after(filter, from, limit, BATCH_BYTES),
      );
    return follow(
      {
        wakeUps: this.#wakeUps,
        key: filter.customerId ?? ALL,
        seen,
        isFull: (entries) => entries.reduce((sum, { bytes }) => sum + bytes, 0) >= BATCH_BYTES,
        read: filter.tenant ? skipping(read, () => this.#store.lastSequence()) : read,
        isLast: () => false,
        release: () => {},
      },
      signal,
    );
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
