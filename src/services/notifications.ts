import type { Customer } from '../domain/customer.ts';
import type {
  Notification,
  NotificationEntry,
  NotificationFilter,
  NotificationWatch,
} from '../domain/notification.ts';
import { numberedPage, type PageRequest } from '../domain/page.ts';
import type { ResellerSubscription } from '../domain/subscription.ts';
import type { WriteAnswer } from '../domain/write.ts';
import type { WatchRequest } from '../writes/reseller/requests.ts';
import { authorizeMutation, authorizeRead } from './authorize.ts';
import { runWrite, type ServiceSources, type Viewed } from './scope.ts';
import type { SubscriptionService } from './subscriptions.ts';

export type NotificationService = ReturnType<typeof createNotificationService>;

export function createNotificationService(
  { reseller, notifications, writes }: ServiceSources,
  { access, liveAccess, loaders, resellerIds, scope }: Viewed,
  subscriptions: SubscriptionService,
) {
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
    /** Null when the viewer does not see what is linked to no reseller. */
    async watchDetails(): Promise<NotificationWatch | null> {
      authorizeRead(viewer);
      return tenant && !tenant.ownsUnlinked ? null : reseller.getWatchDetails(scope);
    },
    /** Both changes may return only the topic; the service accounts have to be read then. */
    register: (serviceAccountEmailAddress: string, key: string | null) =>
      change({ mutation: 'registerNotifications', serviceAccountEmailAddress }, key),
    unregister: (serviceAccountEmailAddress: string, key: string | null) =>
      change({ mutation: 'unregisterNotifications', serviceAccountEmailAddress }, key),
    /** Returns null when no notification with this id was received. */
    async get(messageId: string): Promise<NotificationEntry | null> {
      authorizeRead(viewer);
      const entry = await notifications.store.get(messageId);
      if (!entry || !tenant) return entry;
      return (await access.seesResellerCustomer(entry.notification.customerId)) ? entry : null;
    },
    /** Lists received notifications, newest first. */
    async page(filter: NotificationFilter, page: PageRequest) {
      authorizeRead(viewer);
      const visible = { ...filter, tenant };
      return numberedPage(
        page,
        (before, limit) => loaders.notificationPage.load({ filter: visible, before, limit }),
        ({ sequence }) => sequence,
      );
    },
    /** The number of notifications that match the filter. */
    async count(filter: NotificationFilter): Promise<number> {
      authorizeRead(viewer);
      return loaders.notificationCount.load({ ...filter, tenant });
    },
    /** New notifications; with `after`, first those stored after that sequence number. */
    async watch(
      filter: NotificationFilter,
      after: number | null,
    ): Promise<AsyncIterable<NotificationEntry>> {
      authorizeRead(viewer);
      const isVisible = ({ notification: { customerId } }: NotificationEntry) =>
        liveAccess.seesResellerCustomer(customerId);
      const visible = { ...filter, tenant };
      return notifications.watch(visible, after, scope.signal, tenant && isVisible);
    },
    /** The customer of a notification; null when the message names none. */
    customer({ customerId }: Notification): Customer | null {
      return customerId === null ? null : { billing: null, resellerCustomerId: customerId };
    },
    /**
     * The subscription's current state; null when it no longer exists, the message names none, or its
     * id has changed and the customer has several subscriptions of the SKU.
     */
    async subscription({
      customerId,
      subscriptionId,
      skuId,
    }: Notification): Promise<ResellerSubscription | null> {
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
