import type { CallScope } from '../../domain/call-scope.ts';
import type { ResellerCustomer } from '../../domain/customer.ts';
import { GatewayError } from '../../domain/error.ts';
import type { NotificationWatch } from '../../domain/notification.ts';
import type { Page, PageRequest } from '../../domain/page.ts';
import type { ResellerSubscription, SubscriptionFilter } from '../../domain/subscription.ts';
import type { Caller } from './caller.ts';
import { json, jsonOrNull } from './decode.ts';
import { toCustomer, toSubscription, toSubscriptionPage, toWatchDetails } from './mapping.ts';
import { methodPath, nonEmpty, segment } from './path.ts';
import type { BackendLog, Call } from './transport.ts';

/** One page of a list of subscriptions. */
export interface SubscriptionPageRequest {
  readonly filter: SubscriptionFilter;
  readonly page: PageRequest;
}

/** The reads of the API. All of them throw GatewayError, unless the request itself is aborted. */
export interface ResellerReads {
  /** By id or primary domain; null when nobody at the vendor has it. */
  getCustomer(id: string, scope: CallScope): Promise<ResellerCustomer | null>;
  /** Several at once, in the order of the ids, each with its own result. */
  getCustomers(
    ids: readonly string[],
    scope: CallScope,
  ): Promise<(ResellerCustomer | null | GatewayError)[]>;
  /** A page may be shorter than asked for; the vendor gives at most 100 items. */
  listSubscriptions(
    filter: SubscriptionFilter,
    page: PageRequest,
    scope: CallScope,
  ): Promise<Page<ResellerSubscription>>;
  /** Several pages at once, in the order of the requests, each with its own result. */
  listSubscriptionPages(
    requests: readonly SubscriptionPageRequest[],
    scope: CallScope,
  ): Promise<(Page<ResellerSubscription> | GatewayError)[]>;
  /** Null when the customer has no such subscription (now: the id changes on update). */
  getSubscription(
    customerId: string,
    subscriptionId: string,
    scope: CallScope,
  ): Promise<ResellerSubscription | null>;
  getWatchDetails(scope: CallScope): Promise<NotificationWatch>;
  /** Resolves when the backend is reachable at all: any HTTP answer counts. */
  ping(scope: CallScope): Promise<void>;
}

const MAX_PAGE = 100;
/** Pages are large: a batch of more would pass what the gateway is ready to hold in memory. */
const PAGES_PER_BATCH = 100;

export function createReads(caller: Caller, log: BackendLog | undefined): ResellerReads {
  const customer = jsonOrNull(toCustomer);
  const page = json((body) =>
    toSubscriptionPage(body, (err) => log?.warn({ err }, 'subscription left out: it has no ids')),
  );
  return {
    getCustomer: async (id, scope) => caller.read(customerCall(id), customer, scope),
    getCustomers: async (ids, scope) =>
      caller.readAll(ids.map(attempt(customerCall)), customer, scope),
    listSubscriptions: async (filter, request, scope) =>
      caller.read(pageCall({ filter, page: request }), page, scope),
    listSubscriptionPages: async (requests, scope) =>
      caller.readAll(requests.map(attempt(pageCall)), page, scope, PAGES_PER_BATCH),
    getSubscription: async (customerId, subscriptionId, scope) =>
      caller.read(subscriptionCall(customerId, subscriptionId), jsonOrNull(toSubscription), scope),
    getWatchDetails: async (scope) =>
      caller.read(get(['resellernotify', 'getwatchdetails']), json(toWatchDetails), scope),
    ping: (scope) => caller.knock(scope),
  };
}

function get(segments: readonly string[]): Call {
  return { method: 'GET', path: methodPath(segments) };
}

function customerCall(id: string): Call {
  return get(['customers', segment(id, 'The customer id')]);
}

function subscriptionCall(customerId: string, subscriptionId: string): Call {
  return get([
    'customers',
    segment(customerId, 'The customer id'),
    'subscriptions',
    segment(subscriptionId, 'The subscription id'),
  ]);
}

function pageCall({ filter, page }: SubscriptionPageRequest): Call {
  const path = methodPath(['subscriptions'], {
    customerId: nonEmpty(filter.customerId, 'customerId'),
    customerNamePrefix: nonEmpty(filter.customerNamePrefix, 'customerNamePrefix'),
    customerAuthToken: nonEmpty(filter.customerAuthToken, 'customerAuthToken'),
    maxResults: Math.min(Math.max(1, page.size), MAX_PAGE),
    pageToken: page.token ?? undefined,
  });
  return { method: 'GET', path };
}

/** Makes a call; one that cannot be made is given as its error, so that it fails alone. */
function attempt<I>(make: (input: I) => Call): (input: I) => Call | GatewayError {
  return (input) => {
    try {
      return make(input);
    } catch (error) {
      if (error instanceof GatewayError) return error;
      throw error;
    }
  };
}
