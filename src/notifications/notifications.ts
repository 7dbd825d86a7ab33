import { notificationOf } from '../backends/pubsub/notification.ts';
import type {
  NotificationEntry,
  NotificationFilter,
  PubsubMessage,
} from '../domain/notification.ts';
import { follow } from '../live/follow.ts';
import { SharedReads } from '../live/shared-reads.ts';
import { WakeUps } from '../live/wake-up.ts';
import type { Logger } from '../log.ts';
import type { PageQuery } from '../store/database/pages.ts';
import type { Store } from '../store/store.ts';
import { Inbox } from './inbox.ts';

export interface NotificationsDeps {
  readonly store: Pick<Store, 'notifications' | 'onNotification'>;
  /** Called when anything that was read of a customer may be out of date. */
  forget(): void;
  readonly log: Logger;
}

/** All notifications that ever came, and those who wait for the next. */
export class Notifications {
  readonly #store: Store['notifications'];
  readonly #inbox: Inbox;
  readonly #log: Logger;
  readonly #wakeUps = new WakeUps();
  readonly #reads = new SharedReads<NotificationEntry>();
  readonly #deafen: () => void;

  constructor({ store, forget, log }: NotificationsDeps) {
    this.#store = store.notifications;
    this.#inbox = new Inbox(store.notifications);
    this.#log = log;
    this.#deafen = store.onNotification((customerId) => {
      // Before anybody is woken: whoever is reads the customer again.
      forget();
      this.#reads.changed();
      if (customerId === null) return this.#wakeUps.wakeAll();
      if (customerId !== '') this.#wakeUps.wake(customerId);
      this.#wakeUps.wake(ANYBODY);
    });
  }

  /**
   * Keeps a message, once by its id; everyone who watches is told. Resolves when it is on disk.
   * @throws GatewayError UNAVAILABLE when it cannot be kept now
   */
  async receive(message: PubsubMessage): Promise<void> {
    const notification = notificationOf(message);
    await this.#inbox.keep(notification, message.data.length);
    const { messageId, type, customerId } = notification;
    if (type !== null && customerId !== null) return;
    this.#log.warn({ messageId, type }, 'a notification was kept that nobody understands');
  }

  get(messageId: string): Promise<NotificationEntry | null> {
    return this.#store.get(messageId);
  }

  /** Pages, each newest first, in the order of the queries. */
  pages(
    queries: readonly PageQuery<NotificationFilter>[],
  ): Promise<readonly (readonly NotificationEntry[])[]> {
    return this.#store.pages(queries);
  }

  /**
   * Every notification that the filter asks for, once and in the order of their coming, from now on
   * or behind the sequence `after`. Ends when `signal` aborts.
   */
  async watch(
    filter: NotificationFilter,
    after: number | null,
    signal: AbortSignal,
  ): Promise<AsyncIterableIterator<NotificationEntry>> {
    const last = await this.#store.lastSequence();
    // A sequence that this store has not given is of one that is no more.
    const seen = after !== null && after <= last ? after : last;
    const name = JSON.stringify([filter.customerId, filter.types]);
    return follow(
      {
        wakeUps: this.#wakeUps,
        key: filter.customerId ?? ANYBODY,
        seen,
        read: (behind, limit) =>
          this.#reads.read(`${behind} of ${name}`, () => this.#store.after(filter, behind, limit)),
        isLast: () => false,
        release: () => {},
      },
      signal,
    );
  }

  /** Resolves when what came before is on disk, or refused. */
  async close(): Promise<void> {
    await this.#inbox.idle();
    this.#deafen();
  }
}

/** What wakes those who watch all customers; no id of a customer is empty. */
const ANYBODY = '';
