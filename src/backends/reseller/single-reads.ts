import type { CallScope } from '../../domain/call-scope.ts';
import type { ResellerCustomer } from '../../domain/customer.ts';
import { GatewayError } from '../../domain/error.ts';
import { type Page, readAll } from '../../domain/page.ts';
import {
  MAX_SUBSCRIPTIONS_PAGE,
  type ResellerSubscription,
  type SubscriptionFilter,
} from '../../domain/subscription.ts';
import type { ResellerClient } from './client.ts';

export type ResellerReader = Pick<ResellerClient, 'getCustomers' | 'listSubscriptionPages'>;

/**
 * All subscriptions of a customer; empty when the customer is not found.
 * @param customerAuthToken the customer's transfer token: lists what can be transferred instead
 */
export function listSubscriptions(
  reseller: ResellerReader,
  customerId: string,
  scope: CallScope,
  customerAuthToken?: string,
): Promise<ResellerSubscription[]> {
  const filter = { customerId, customerAuthToken };
  return readAll('reseller', (token) =>
    readPage(reseller, filter, token, scope).catch(nullIfNotFound),
  );
}

/** One page of subscriptions of the largest size. */
export async function readPage(
  reseller: Pick<ResellerReader, 'listSubscriptionPages'>,
  filter: SubscriptionFilter,
  token: string | null,
  scope: CallScope,
): Promise<Page<ResellerSubscription>> {
  const request = { filter, page: { token, size: MAX_SUBSCRIPTIONS_PAGE } };
  const [page] = await reseller.listSubscriptionPages([request], scope);
  if (!page) throw new Error('listSubscriptionPages returned no result');
  if (page instanceof GatewayError) throw page;
  return page;
}

/** For a page of a customer that may not exist. @throws the error of any other failure */
export function nullIfNotFound(error: unknown): null {
  if (error instanceof GatewayError && error.code === 'NOT_FOUND') return null;
  throw error;
}

/** By id or primary domain; null when the customer is not found. */
export async function getCustomer(
  reseller: Pick<ResellerReader, 'getCustomers'>,
  domainOrId: string,
  scope: CallScope,
): Promise<ResellerCustomer | null> {
  const [customer] = await reseller.getCustomers([domainOrId], scope);
  if (customer === undefined) throw new Error('getCustomers returned no result');
  if (customer instanceof GatewayError) throw customer;
  return customer;
}
