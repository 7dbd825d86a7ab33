import DataLoader from 'dataloader';
import type { BillingClient } from '../backends/billing/client.ts';
import type { ResellerClient } from '../backends/reseller/client.ts';
import type { SubscriptionPageKey } from '../backends/reseller/reads.ts';
import type { CallScope } from '../domain/call-scope.ts';
import {
  type BillingAccount,
  type BillingCustomer,
  type BillingCustomerKey,
  billingKeyString,
  type CustomerLink,
  type ResellerCustomer,
} from '../domain/customer.ts';
import type { NotificationEntry, NotificationFilter } from '../domain/notification.ts';
import type { SubscriptionKey } from '../domain/order.ts';
import type { Page } from '../domain/page.ts';
import type { ResellerSubscription } from '../domain/subscription.ts';
import type { Notifications } from '../notifications/notifications.ts';
import type { Operations } from '../operations/operations.ts';
import type { PageQuery } from '../store/database/pages.ts';
import type { CustomerLinks } from '../store/links/customer-links.ts';
import type { ListedOperation, OperationFilter } from '../store/operations/journal.ts';
import type { CustomerIndex } from './customer-index.ts';

/** The batched and cached reads of one request. They must not be shared between requests. */
export interface Loaders {
  readonly billingCustomer: DataLoader<BillingCustomerKey, BillingCustomer | null, string>;
  readonly billingAccount: DataLoader<string, BillingAccount | null>;
  readonly resellerCustomer: DataLoader<string, ResellerCustomer | null>;
  readonly subscription: DataLoader<SubscriptionKey, ResellerSubscription | null, string>;
  readonly subscriptionPage: DataLoader<SubscriptionPageKey, Page<ResellerSubscription>, string>;
  readonly linkByBilling: DataLoader<BillingCustomerKey, CustomerLink | null, string>;
  readonly linkByReseller: DataLoader<string, CustomerLink | null>;
  readonly operationPage: DataLoader<
    PageQuery<OperationFilter>,
    readonly ListedOperation[],
    string
  >;
  readonly notificationPage: DataLoader<
    PageQuery<NotificationFilter>,
    readonly NotificationEntry[],
    string
  >;
}

export interface LoaderSources {
  readonly billing: BillingClient;
  readonly reseller: ResellerClient;
  readonly customerIndex: CustomerIndex;
  readonly links: CustomerLinks;
  readonly operations: Operations;
  readonly notifications: Notifications;
  /** The most bytes of messages that are read for one page. */
  readonly maxAnswerBytes: number;
}

export function createLoaders(sources: LoaderSources, scope: CallScope): Loaders {
  const { billing, reseller, customerIndex, links, operations, notifications } = sources;
  const byPage = { cacheKeyFn: (query: PageQuery<object>) => JSON.stringify(query) };
  const byBillingKey = { cacheKeyFn: billingKeyString };
  return {
    billingCustomer: new DataLoader(
      (keys) => settled(keys.map((key) => customerIndex.find(key, scope))),
      byBillingKey,
    ),
    billingAccount: new DataLoader((ids) =>
      settled(ids.map((id) => billing.getAccount(id, scope))),
    ),
    resellerCustomer: new DataLoader<string, ResellerCustomer | null>((ids) =>
      reseller.getCustomers(ids, scope),
    ),
    subscription: new DataLoader(
      (keys) =>
        settled(
          keys.map(({ customerId, subscriptionId }) =>
            reseller.getSubscription(customerId, subscriptionId, scope),
          ),
        ),
      {
        cacheKeyFn: ({ customerId, subscriptionId }) =>
          JSON.stringify([customerId, subscriptionId]),
      },
    ),
    subscriptionPage: new DataLoader<SubscriptionPageKey, Page<ResellerSubscription>, string>(
      (keys) => reseller.listSubscriptionPages(keys, scope),
      {
        cacheKeyFn: ({ filter, page }) =>
          JSON.stringify([
            filter.customerId,
            filter.customerNamePrefix,
            filter.customerAuthToken,
            page.token,
            page.size,
          ]),
      },
    ),
    linkByBilling: new DataLoader((keys) => links.byBilling(keys), byBillingKey),
    linkByReseller: new DataLoader((ids) => links.byReseller(ids)),
    operationPage: new DataLoader((queries) => operations.pages(queries), byPage),
    notificationPage: new DataLoader(
      (queries) => notifications.pages(queries, sources.maxAnswerBytes),
      byPage,
    ),
  };
}

/** DataLoader accepts an Error in place of a value, so that a failing key fails alone. */
async function settled<T>(calls: readonly Promise<T>[]): Promise<(T | Error)[]> {
  const results = await Promise.allSettled(calls);
  return results.map((result) => {
    if (result.status === 'fulfilled') return result.value;
    return result.reason instanceof Error ? result.reason : new Error(String(result.reason));
  });
}
