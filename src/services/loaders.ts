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
import { GatewayError } from '../domain/error.ts';
import type { NotificationEntry, NotificationFilter } from '../domain/notification.ts';
import type { SubscriptionKey } from '../domain/order.ts';
import type { Page } from '../domain/page.ts';
import type { ResellerSubscription } from '../domain/subscription.ts';
import type { Notifications } from '../notifications/notifications.ts';
import type { Operations } from '../operations/operations.ts';
import type { PageQuery } from '../store/database/pages.ts';
import type { CustomerLinks } from '../store/links/customer-links.ts';
import type { ListedOperation, OperationFilter } from '../store/operations/journal.ts';
import type { Access } from './access.ts';
import type { CustomerIndex } from './customer-index.ts';
import type { CustomerPage } from './known-customers.ts';

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

const byBillingKey = { cacheKeyFn: billingKeyString };
const byFilter = { cacheKeyFn: (filter: object) => JSON.stringify(filter) };
const byPage = { cacheKeyFn: (query: PageQuery<object>) => JSON.stringify(query) };

type ByBillingKey<T> = DataLoader<BillingCustomerKey, T | null, string> | undefined;
type ById<T> = DataLoader<string, T | null> | undefined;
type Counts<Filter> = DataLoader<Filter, number, string> | undefined;
type Pages<Filter, T> = DataLoader<PageQuery<Filter>, readonly T[], string> | undefined;

/**
 * The batched and cached reads of one request. They must not be shared between requests. Each loader is
 * created when it is first used: most requests use one or two.
 */
export class Loaders {
  readonly #sources: LoaderSources;
  readonly #access: Access;
  readonly #scope: CallScope;
  #linkByBilling: ByBillingKey<CustomerLink>;
  #linksOfPages: DataLoader<CustomerPage, ReadonlyMap<string, string>> | undefined;
  #linkByReseller: ById<CustomerLink>;
  #billingCustomer: ByBillingKey<BillingCustomer>;
  #billingAccount: ById<BillingAccount>;
  #resellerCustomer: ById<ResellerCustomer>;
  #anyResellerCustomer: ById<ResellerCustomer>;
  #subscription: DataLoader<SubscriptionKey, ResellerSubscription | null, string> | undefined;
  #subscriptionPage:
    | DataLoader<SubscriptionPageKey, Page<ResellerSubscription>, string>
    | undefined;
  #operationPage: Pages<OperationFilter, ListedOperation>;
  #notificationPage: Pages<NotificationFilter, NotificationEntry>;
  #operationCount: Counts<OperationFilter>;
  #notificationCount: Counts<NotificationFilter>;

  constructor(sources: LoaderSources, access: Access, scope: CallScope) {
    this.#sources = sources;
    this.#access = access;
    this.#scope = scope;
  }

  get linkByBilling() {
    const { links } = this.#sources;
    this.#linkByBilling ??= new DataLoader((keys) => links.byBilling(keys), byBillingKey);
    return this.#linkByBilling;
  }

  /** The reseller customer ids of the links of a page, by billing customer id. The page keeps them. */
  linksOf(page: CustomerPage): Promise<ReadonlyMap<string, string>> {
    this.#linksOfPages ??= new DataLoader((pages) => linksOf(pages, this.#sources.links), {
      cache: false,
    });
    page.links ??= this.#linksOfPages.load(page);
    return page.links;
  }

  /** By the reseller API's own id. */
  get linkByReseller() {
    const { links } = this.#sources;
    this.#linkByReseller ??= new DataLoader((ids) => links.byReseller(ids));
    return this.#linkByReseller;
  }

  /** Null for a customer that the viewer does not see. */
  get billingCustomer() {
    if (this.#billingCustomer) return this.#billingCustomer;
    const find = async (key: BillingCustomerKey): Promise<BillingCustomer | null> => {
      if (!this.#access.seesReseller(key.resellerId)) return null;
      return this.#sources.customerIndex.find(key, this.#scope);
    };
    this.#billingCustomer = new DataLoader((keys) => settled(keys.map(find)), byBillingKey);
    return this.#billingCustomer;
  }

  get billingAccount() {
    this.#billingAccount ??= new DataLoader((ids) =>
      settled(ids.map((id) => this.#sources.billing.getAccount(id, this.#scope))),
    );
    return this.#billingAccount;
  }

  /** Also for customers that the viewer does not see, so never return one to a client. */
  get anyResellerCustomer() {
    this.#anyResellerCustomer ??= new DataLoader<string, ResellerCustomer | null>((ids) =>
      this.#sources.reseller.getCustomers(ids, this.#scope),
    );
    return this.#anyResellerCustomer;
  }

  /** By id or primary domain; null for a customer that the viewer does not see. */
  get resellerCustomer() {
    this.#resellerCustomer ??= this.#access.tenant
      ? visibleCustomers(this.anyResellerCustomer, this.#access)
      : this.anyResellerCustomer;
    return this.#resellerCustomer;
  }

  get subscription() {
    const read = ({ customerId, subscriptionId }: SubscriptionKey) =>
      this.#sources.reseller.getSubscription(customerId, subscriptionId, this.#scope);
    this.#subscription ??= new DataLoader((keys) => settled(keys.map(read)), {
      cacheKeyFn: ({ customerId, subscriptionId }) => JSON.stringify([customerId, subscriptionId]),
    });
    return this.#subscription;
  }

  get subscriptionPage() {
    this.#subscriptionPage ??= new DataLoader<
      SubscriptionPageKey,
      Page<ResellerSubscription>,
      string
    >((keys) => this.#sources.reseller.listSubscriptionPages(keys, this.#scope), {
      cacheKeyFn: ({ filter, page }) =>
        JSON.stringify([
          filter.customerId,
          filter.customerNamePrefix,
          filter.customerAuthToken,
          page.token,
          page.size,
        ]),
    });
    return this.#subscriptionPage;
  }

  get operationPage() {
    const { operations } = this.#sources;
    this.#operationPage ??= new DataLoader((queries) => operations.journal.pages(queries), byPage);
    return this.#operationPage;
  }

  get operationCount() {
    const { operations } = this.#sources;
    this.#operationCount ??= new DataLoader(
      (filters) => operations.journal.counts(filters),
      byFilter,
    );
    return this.#operationCount;
  }

  get notificationCount() {
    const { notifications } = this.#sources;
    this.#notificationCount ??= new DataLoader(
      (filters) => notifications.store.counts(filters),
      byFilter,
    );
    return this.#notificationCount;
  }

  get notificationPage() {
    const { notifications, maxAnswerBytes } = this.#sources;
    this.#notificationPage ??= new DataLoader(
      (queries) => notifications.store.pages(queries, maxAnswerBytes),
      byPage,
    );
    return this.#notificationPage;
  }
}

/** The reseller customer ids by billing customer id, for each page. One query reads them all. */
async function linksOf(
  pages: readonly CustomerPage[],
  links: Pick<CustomerLinks, 'byBilling'>,
): Promise<ReadonlyMap<string, string>[]> {
  const keys = pages.flatMap(({ customers }) => customers.map(({ billing }) => billing));
  const found = await links.byBilling(keys);
  let at = 0;
  return pages.map(({ customers }) => {
    const ofPage = new Map<string, string>();
    for (const { billing } of customers) {
      const link = found[at++];
      if (link) ofPage.set(billing.customerId, link.resellerCustomerId);
    }
    return ofPage;
  });
}

function visibleCustomers(
  all: DataLoader<string, ResellerCustomer | null>,
  access: Access,
): DataLoader<string, ResellerCustomer | null> {
  async function find(domainOrId: string): Promise<ResellerCustomer | null> {
    const customer = await all.load(domainOrId).catch(nullIfRefused);
    if (!customer) return null;
    return (await access.seesResellerCustomer(customer.customerId)) ? customer : null;
  }
  return new DataLoader((ids) => settled(ids.map(find)));
}

/**
 * Null for an answer of the reseller API that is not about its availability, such as one for a domain
 * with several customers: to a tenant it would reveal that there are any.
 */
export function nullIfRefused(error: unknown): ResellerCustomer | null {
  if (error instanceof GatewayError && refusals.has(error.code)) return null;
  throw error;
}

const refusals: ReadonlySet<string> = new Set([
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'CONFLICT',
  'FAILED_PRECONDITION',
]);

/** DataLoader accepts an Error in place of a value, so that a failing key fails alone. */
async function settled<T>(calls: readonly Promise<T>[]): Promise<(T | Error)[]> {
  const results = await Promise.allSettled(calls);
  return results.map((result) => {
    if (result.status === 'fulfilled') return result.value;
    return result.reason instanceof Error ? result.reason : new Error(String(result.reason));
  });
}
