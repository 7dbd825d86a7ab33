import DataLoader from 'dataloader';
import type { BillingClient } from '../backends/billing/client.ts';
import type { ResellerClient } from '../backends/reseller/client.ts';
import type { SubscriptionPageKey } from '../backends/reseller/reads.ts';
import type { CallScope } from '../domain/call-scope.ts';
import type {
  BillingAccount,
  BillingCustomer,
  BillingCustomerKey,
  ResellerCustomer,
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
import { byBillingKey, type LinkLoaders } from './link-loaders.ts';

/** The batched and cached reads of one request. They must not be shared between requests. */
export interface Loaders extends LinkLoaders {
  /** Null for a customer that the viewer does not see. */
  readonly billingCustomer: DataLoader<BillingCustomerKey, BillingCustomer | null, string>;
  readonly billingAccount: DataLoader<string, BillingAccount | null>;
  /** By id or primary domain; null for a customer that the viewer does not see. */
  readonly resellerCustomer: DataLoader<string, ResellerCustomer | null>;
  /** Also for customers that the viewer does not see, so never return one to a client. */
  readonly anyResellerCustomer: DataLoader<string, ResellerCustomer | null>;
  readonly subscription: DataLoader<SubscriptionKey, ResellerSubscription | null, string>;
  readonly subscriptionPage: DataLoader<SubscriptionPageKey, Page<ResellerSubscription>, string>;
  readonly operationPage: DataLoader<
    PageQuery<OperationFilter>,
    readonly ListedOperation[],
    string
  >;
  readonly operationCount: DataLoader<OperationFilter, number, string>;
  readonly notificationCount: DataLoader<NotificationFilter, number, string>;
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

export function createLoaders(
  sources: LoaderSources,
  links: LinkLoaders,
  access: Access,
  scope: CallScope,
): Loaders {
  return new RequestLoaders(sources, links, access, scope);
}

const byFilter = { cacheKeyFn: (filter: object) => JSON.stringify(filter) };
const byPage = { cacheKeyFn: (query: PageQuery<object>) => JSON.stringify(query) };

/** Creates each loader when it is first used: most requests use one or two. */
class RequestLoaders implements Loaders {
  readonly #links: LinkLoaders;
  readonly #sources: LoaderSources;
  readonly #access: Access;
  readonly #scope: CallScope;
  #billingCustomer: Loaders['billingCustomer'] | undefined;
  #billingAccount: Loaders['billingAccount'] | undefined;
  #resellerCustomer: Loaders['resellerCustomer'] | undefined;
  #anyResellerCustomer: Loaders['anyResellerCustomer'] | undefined;
  #subscription: Loaders['subscription'] | undefined;
  #subscriptionPage: Loaders['subscriptionPage'] | undefined;
  #operationPage: Loaders['operationPage'] | undefined;
  #notificationPage: Loaders['notificationPage'] | undefined;
  #operationCount: Loaders['operationCount'] | undefined;
  #notificationCount: Loaders['notificationCount'] | undefined;

  constructor(sources: LoaderSources, links: LinkLoaders, access: Access, scope: CallScope) {
    this.#links = links;
    this.#sources = sources;
    this.#access = access;
    this.#scope = scope;
  }

  get linkByBilling() {
    return this.#links.linkByBilling;
  }

  get linkByReseller() {
    return this.#links.linkByReseller;
  }

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

  get anyResellerCustomer() {
    this.#anyResellerCustomer ??= new DataLoader<string, ResellerCustomer | null>((ids) =>
      this.#sources.reseller.getCustomers(ids, this.#scope),
    );
    return this.#anyResellerCustomer;
  }

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
    this.#operationPage ??= new DataLoader(
      (queries) => this.#sources.operations.pages(queries),
      byPage,
    );
    return this.#operationPage;
  }

  get operationCount() {
    this.#operationCount ??= new DataLoader(
      (filters) => this.#sources.operations.counts(filters),
      byFilter,
    );
    return this.#operationCount;
  }

  get notificationCount() {
    this.#notificationCount ??= new DataLoader(
      (filters) => this.#sources.notifications.counts(filters),
      byFilter,
    );
    return this.#notificationCount;
  }

  get notificationPage() {
    const { notifications, maxAnswerBytes } = this.#sources;
    this.#notificationPage ??= new DataLoader(
      (queries) => notifications.pages(queries, maxAnswerBytes),
      byPage,
    );
    return this.#notificationPage;
  }
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
