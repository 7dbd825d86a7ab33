import type { NotificationEntry, PubsubMessage } from '../../src/domain/notification.ts';
import { createLogger } from '../../src/log.ts';
import { Notifications } from '../../src/notifications/notifications.ts';
import type { Store } from '../../src/store/store.ts';
import { openMemory } from '../operations/polled.support.ts';

/** One suspension, of customer `G1` when nothing else is said. */
export function message(messageId: string, data: object = {}): PubsubMessage {
  const event = {
    customer_id: 'G1',
    customer_domain_name: 'a.example',
    event_type: 'SUBSCRIPTION_SUSPENDED',
    sku_id: 'K1',
    subscription_id: 'S1',
    ...data,
  };
  return { messageId, publishTime: null, data: Buffer.from(JSON.stringify(event)) };
}

/** Notifications over a store in memory, some of whose methods may be others. */
export async function notified(
  other: (own: Store['notifications']) => Partial<Store['notifications']> = () => ({}),
) {
  const memory = await openMemory();
  const own = memory.notifications;
  const store = { ...memory, notifications: { ...own, ...other(own) } };
  let forgotten = 0;
  const notifications = new Notifications({
    store,
    forgetReads: () => void forgotten++,
    log: createLogger('silent'),
  });
  const ending = new AbortController();
  return {
    notifications,
    store,
    /** How often readings were given up. */
    forgotten: () => forgotten,
    watch: (filter = {}, after: number | null = null) =>
      notifications.watch(filter, after, ending.signal),
    end: () => ending.abort(),
  };
}

/** The message ids of the next `count`. */
export async function take(
  entries: AsyncIterableIterator<NotificationEntry>,
  count: number,
): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const { value } = await entries.next();
    if (!value) break;
    ids.push(value.notification.messageId);
  }
  return ids;
}
