import type { ResellerClient } from '../../backends/reseller/client.ts';
import type { CallScope } from '../../domain/call-scope.ts';
import type { ResellerCustomer } from '../../domain/customer.ts';
import { GatewayError } from '../../domain/error.ts';
import { type Page, PageWalk } from '../../domain/page.ts';
import {
  MAX_SUBSCRIPTIONS_PAGE,
  type ResellerSubscription,
  type SubscriptionFilter,
} from '../../domain/subscription.ts';

export type ResellerReader = Pick<ResellerClient, 'getCustomers' | 'listSubscriptionPages'>;

/**
 * All subscriptions of a customer; empty when the customer is not found.
 * @param customerAuthToken the customer's transfer token: lists what can be transferred instead
 */
export async function listSubscriptions(
  reseller: ResellerReader,
  customerId: string,
  scope: CallScope,
  customerAuthToken?: string,
): Promise<ResellerSubscription[]> {
  const found: ResellerSubscription[] = [];
  const walk = new PageWalk('reseller');
  let token: string | null = null;
  do {
    const page: Page<ResellerSubscription> | null = await readPage(
      reseller,
      { customerId, customerAuthToken },
      token,
      scope,
    );
    if (!page) return [];
    found.push(...page.items);
    walk.record(page, token);
    token = page.nextToken;
  } while (token !== null);
  return found;
}

async function readPage(
  reseller: ResellerReader,
  filter: SubscriptionFilter,
  token: string | null,
  scope: CallScope,
): Promise<Page<ResellerSubscription> | null> {
  const request = { filter, page: { token, size: MAX_SUBSCRIPTIONS_PAGE } };
  const [page] = await reseller.listSubscriptionPages([request], scope);
  if (!page) throw new Error('listSubscriptionPages returned no result');
  if (!(page instanceof GatewayError)) return page;
  if (page.code === 'NOT_FOUND') return null;
  throw page;
}

/** By id or primary domain; null when the customer is not found. */
export async function getCustomer(
  reseller: ResellerReader,
  domainOrId: string,
  scope: CallScope,
): Promise<ResellerCustomer | null> {
  const [customer] = await reseller.getCustomers([domainOrId], scope);
  if (customer === undefined) throw new Error('getCustomers returned no result');
  if (customer instanceof GatewayError) throw customer;
  return customer;
}
