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
import { authorizeMutation, authorizeRead } from './authorize.ts';
import { runWrite, type ServiceSources, type Viewed } from './scope.ts';
import type { SubscriptionService } from './subscriptions.ts';

export interface NotificationService {
  /** Null when the viewer does not see what is linked to no reseller. */
  watchDetails(): Promise<NotificationWatch | null>;
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
  /** The number of notifications that match the filter. */
  count(filter: NotificationFilter): Promise<number>;
  /** New notifications; with `after`, first those stored after that sequence number. */
  watch(
    filter: NotificationFilter,
    after: number | null,
  ): Promise<AsyncIterable<NotificationEntry>>;
  /** The customer of a notification; null when the message names none. */
  customer(notification: Notification): Customer | null;
  /**
   * The subscription's current state; null when it no longer exists, the message names none, or its id
   * has changed and the customer has several subscriptions of the SKU.
   */
  subscription(notification: Notification): Promise<ResellerSubscription | null>;
}

export function createNotificationService(
  { reseller, notifications, writes }: ServiceSources,
  { access, liveAccess, loaders, resellerIds, scope }: Viewed,
  subscriptions: SubscriptionService,
): NotificationService {
  const { viewer } = scope;
  const { tenant } = access;

  async function change(
    request: WatchRequest,
    key: string | null,
  ): Promise<WriteAnswer<NotificationWatch>> {
    authorizeMutation(viewer, request.mutation);
    access.requireUnlinked();
    return runWrite(writes, writes.reseller.changeWatch(request), scope, key);
  }

  return {
    async watchDetails() {
      authorizeRead(viewer);
      return tenant && !tenant.ownsUnlinked ? null : reseller.getWatchDetails(scope);
    },
    register: (serviceAccountEmailAddress, key) =>
      change({ mutation: 'registerNotifications', serviceAccountEmailAddress }, key),
    unregister: (serviceAccountEmailAddress, key) =>
      change({ mutation: 'unregisterNotifications', serviceAccountEmailAddress }, key),
    async get(messageId) {
      authorizeRead(viewer);
      const entry = await notifications.store.get(messageId);
      if (!entry || !tenant) return entry;
      return (await access.seesResellerCustomer(entry.notification.customerId)) ? entry : null;
    },
    async page(filter, { token, size }) {
      authorizeRead(viewer);
      const before = token === null ? null : Number(token);
      const visible = { ...filter, tenant };
      const listed = await loaders.notificationPage.load({
        ...{ filter: visible, before, limit: size + 1 },
      });
      const items = listed.slice(0, size);
      const last = items.at(-1);
      return { items, nextToken: last && listed.length > size ? String(last.sequence) : null };
    },
    async count(filter) {
      authorizeRead(viewer);
      return loaders.notificationCount.load({ ...filter, tenant });
    },
    async watch(filter, after) {
      authorizeRead(viewer);
      const isVisible = ({ notification: { customerId } }: NotificationEntry) =>
        liveAccess.seesResellerCustomer(customerId);
      const visible = { ...filter, tenant };
      return notifications.watch(visible, after, scope.signal, tenant && isVisible);
    },
    customer({ customerId }) {
      return customerId === null ? null : { billing: null, resellerCustomerId: customerId };
    },
    async subscription({ customerId, subscriptionId, skuId }) {
      if (customerId === null) return null;
      resellerIds.learn([customerId]);
      const found =
        subscriptionId && (await subscriptions.bySubscriptionId(customerId, subscriptionId));
      if (found || skuId === null) return found || null;
      // Without an id, the event is about the owner of the SKU.
      if (!subscriptionId) {
        return subscriptions.find({ customerId, skuId, subscriptionId: null });
      }
      // The id may have changed since the event; of several subscriptions, any may be the one.
      return subscriptions.onlyOf(customerId, skuId);
    },
  };
}
