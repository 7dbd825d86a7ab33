import type { Customer } from '../domain/customer.ts';
import type {
  Notification,
  NotificationEntry,
  NotificationFilter,
  NotificationWatch,
} from '../domain/notification.ts';
import type { Page, PageRequest } from '../domain/page.ts';
import type { ResellerSubscription } from '../domain/subscription.ts';
import type { WriteAnswer } from '../domain/write.ts';
import type { WatchRequest } from '../writes/reseller/requests.ts';
import { authorize } from './authorize.ts';
import type { Loaders } from './loaders.ts';
import { type RequestScope, runWrite, type ServiceSources } from './scope.ts';
import type { SubscriptionService } from './subscriptions.ts';

export interface NotificationService {
  watchDetails(): Promise<NotificationWatch>;
  /** Both changes may return only the topic; the service accounts have to be read then. */
  register(
    serviceAccountEmailAddress: string,
    idempotencyKey: string | null,
  ): Promise<WriteAnswer<NotificationWatch>>;
  unregister(
    serviceAccountEmailAddress: string,
    idempotencyKey: string | null,
  ): Promise<WriteAnswer<NotificationWatch>>;
  /** Returns null when no notification with this id was received. */
  get(messageId: string): Promise<NotificationEntry | null>;
  /** Lists received notifications, newest first. */
  page(filter: NotificationFilter, page: PageRequest): Promise<Page<NotificationEntry>>;
  /** New notifications; with `after`, first those stored after that sequence number. */
  watch(
    filter: NotificationFilter,
    after: number | null,
  ): Promise<AsyncIterable<NotificationEntry>>;
  /** The customer of a notification; null when the message names none. */
  customer(notification: Notification): Customer | null;
  /** The subscription's current state; null when it no longer exists or the message names none. */
  subscription(notification: Notification): Promise<ResellerSubscription | null>;
}

export function createNotificationService(
  { reseller, notifications, writes }: ServiceSources,
  loaders: Loaders,
  subscriptions: SubscriptionService,
  scope: RequestScope,
): NotificationService {
  async function change(
    request: WatchRequest,
    key: string | null,
  ): Promise<WriteAnswer<NotificationWatch>> {
    authorize(scope.viewer, 'WRITE');
    return runWrite(writes, writes.reseller.changeWatch(request), scope, key);
  }

  return {
    async watchDetails() {
      authorize(scope.viewer, 'READ');
      return reseller.getWatchDetails(scope);
    },
    register: (serviceAccountEmailAddress, key) =>
      change({ mutation: 'registerNotifications', serviceAccountEmailAddress }, key),
    unregister: (serviceAccountEmailAddress, key) =>
      change({ mutation: 'unregisterNotifications', serviceAccountEmailAddress }, key),
    async get(messageId) {
      authorize(scope.viewer, 'READ');
      return notifications.get(messageId);
    },
    async page(filter, { token, size }) {
      authorize(scope.viewer, 'READ');
      const before = token === null ? null : Number(token);
      const listed = await loaders.notificationPage.load({ filter, before, limit: size + 1 });
      const items = listed.slice(0, size);
      const last = items.at(-1);
      return { items, nextToken: last && listed.length > size ? String(last.sequence) : null };
    },
    async watch(filter, after) {
      authorize(scope.viewer, 'READ');
      return notifications.watch(filter, after, scope.signal);
    },
    customer({ customerId }) {
      return customerId === null ? null : { billing: null, resellerCustomerId: customerId };
    },
    async subscription({ customerId, subscriptionId, skuId }) {
      if (customerId === null) return null;
      const found =
        subscriptionId && (await subscriptions.bySubscriptionId(customerId, subscriptionId));
      // The subscription id may have changed since the event.
      return (
        found ||
        (skuId === null ? null : subscriptions.find({ customerId, skuId, subscriptionId: null }))
      );
    },
  };
}
