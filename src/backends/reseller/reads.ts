import type { CallScope } from '../../domain/call-scope.ts';
import { GatewayError } from '../../domain/error.ts';
import type { PageRequest } from '../../domain/page.ts';
import {
  MAX_SUBSCRIPTIONS_PAGE,
  type ResellerSubscription,
  type SubscriptionFilter,
} from '../../domain/subscription.ts';
import type { BackendLog } from '../log.ts';
import type { Caller } from './caller.ts';
import { json, jsonOrNull } from './decode.ts';
import { toCustomer, toSubscription, toSubscriptionPage, toWatchDetails } from './mapping.ts';
import { customerPath, methodPath, nonEmpty, subscriptionPath } from './path.ts';
import type { Call } from './transport.ts';

/** Identifies one page of a list of subscriptions. */
export interface SubscriptionPageKey {
  readonly filter: SubscriptionFilter;
  readonly page: PageRequest;
}

/** Keeps a batch of full pages below the response size limit of http.ts. */
const PAGES_PER_BATCH = 100;

/** The reads of the API. All reject with a GatewayError, or with the reason of the scope's signal. */
export function createReads(caller: Caller, log: BackendLog | undefined) {
  const customer = jsonOrNull(toCustomer);
  const page = json((body) =>
    toSubscriptionPage(body, (err) => log?.warn({ err }, 'subscription has no ids, skipping it')),
  );
  return {
    /** By id or primary domain, in the order of `ids`; null for a customer that is not found. */
    getCustomers: async (ids: readonly string[], scope: CallScope) =>
      caller.readAll(ids.map(callOrError((id) => get(customerPath(id)))), customer, scope),
    /** The pages in the order of `requests`. A page has at most 100 items, whatever its `size`. */
    listSubscriptionPages: async (requests: readonly SubscriptionPageKey[], scope: CallScope) =>
      caller.readAll(requests.map(callOrError(pageCall)), page, scope, PAGES_PER_BATCH),
    /** Null when the subscription is not found; its id changes when it is updated. */
    getSubscription: async (customerId: string, subscriptionId: string, scope: CallScope) =>
      caller.read(
        get(subscriptionPath({ customerId, subscriptionId })),
        jsonOrNull((body) => ofCustomer(customerId, toSubscription(body))),
        scope,
      ),
    getWatchDetails: async (scope: CallScope) =>
      caller.read(get(['resellernotify', 'getwatchdetails']), json(toWatchDetails), scope),
  };
}

/** A subscription is unique within its customer only, and the customer decides who may see it. */
function ofCustomer(customerId: string, found: ResellerSubscription): ResellerSubscription {
  if (found.customerId === customerId) return found;
  throw new Error('the response has a subscription of another customer');
}

function get(segments: readonly string[]): Call {
  return { method: 'GET', path: methodPath(segments) };
}

function pageCall({ filter, page }: SubscriptionPageKey): Call {
  const path = methodPath(['subscriptions'], {
    customerId: nonEmpty(filter.customerId, 'customerId'),
    customerNamePrefix: nonEmpty(filter.customerNamePrefix, 'customerNamePrefix'),
    customerAuthToken: nonEmpty(filter.customerAuthToken, 'customerAuthToken'),
    maxResults: Math.min(Math.max(1, page.size), MAX_SUBSCRIPTIONS_PAGE),
    pageToken: page.token ?? undefined,
  });
  return { method: 'GET', path };
}

/** Returns the GatewayError of invalid input instead of throwing it, so that only this call fails. */
function callOrError<I>(make: (input: I) => Call): (input: I) => Call | GatewayError {
  return (input) => {
    try {
      return make(input);
    } catch (error) {
      if (error instanceof GatewayError) return error;
      throw error;
    }
  };
}
