import { openPageToken, takePage } from '../page-tokens.ts';
import { invalidParameter, required } from './errors.ts';
import {
  type MethodCall,
  queryText,
  requireCustomer,
  requireManaged,
  requireSubscription,
  requireTransferToken,
} from './method-call.ts';
import type { SubscriptionRecord } from './records.ts';
import { renderSubscription } from './render.ts';
import type { WireSubscription, WireSubscriptions } from './wire.ts';

const maxPageSize = 100;
const defaultPageSize = 20;

export function getSubscription(call: MethodCall<object>): WireSubscription {
  return renderSubscription(requireSubscription(call));
}

export function listSubscriptions(call: MethodCall<object>): WireSubscriptions {
  const size = pageSizeOf(call);
  const { items, accepts, scope } = select(call);
  const token = queryText(call, 'pageToken');
  const after = token === undefined ? 0 : openPageToken(scope, token);
  if (after === undefined) {
    throw invalidParameter('pageToken', 'The page token does not belong to this list');
  }
  const { page, nextPageToken } = takePage(items, scope, after, size, accepts);
  return {
    kind: 'reseller#subscriptions',
    subscriptions: page.length === 0 ? undefined : page.map(renderSubscription),
    nextPageToken,
  };
}

function pageSizeOf(call: MethodCall<object>): number {
  const text = queryText(call, 'maxResults');
  if (text === undefined) return defaultPageSize;
  const size = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (size >= 1 && size <= maxPageSize) return size;
  throw invalidParameter(
    'maxResults',
    `Invalid value '${text}'. Values must be within the range: [1, ${maxPageSize}]`,
  );
}

interface Selection {
  /** In the order of creation. */
  readonly items: readonly SubscriptionRecord[];
  readonly accepts: (subscription: SubscriptionRecord) => boolean;
  /** Scope of the page tokens: the list and its filter. */
  readonly scope: string;
}

function select(call: MethodCall<object>): Selection {
  const customerId = queryText(call, 'customerId');
  const authToken = queryText(call, 'customerAuthToken');
  const prefix = queryText(call, 'customerNamePrefix')?.toLowerCase() ?? '';
  if (customerId !== undefined) return ofCustomer(call, customerId, authToken, prefix);
  if (authToken !== undefined) throw required('customerId');
  return {
    items: call.store.subscriptions(),
    accepts: ({ customer }) =>
      customer.managedBy === 'us' && customer.customerDomain.startsWith(prefix),
    scope: `subscriptions of ${prefix}*`,
  };
}

function ofCustomer(
  { store }: MethodCall<object>,
  idOrDomain: string,
  authToken: string | undefined,
  prefix: string,
): Selection {
  const transferable = authToken !== undefined;
  const customer = (transferable ? requireCustomer : requireManaged)(store, idOrDomain);
  if (transferable) requireTransferToken(customer, authToken, store.now());
  const items = transferable ? customer.transferable : customer.subscriptions;
  const matches = customer.customerDomain.startsWith(prefix);
  const list = transferable ? 'transferable subscriptions' : 'subscriptions';
  return {
    items,
    accepts: () => matches,
    scope: `${list} of ${customer.customerId} ${prefix}*`,
  };
}
