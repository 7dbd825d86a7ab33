import type { BillingClient } from '../backends/billing/client.ts';
import type { ResellerClient } from '../backends/reseller/client.ts';
import { GatewayError } from '../domain/error.ts';
import type { Observed } from '../domain/portfolio.ts';
import { observedAccount } from './observed.ts';

/** Receives what requests read. */
export interface ReadSink {
  /** Milliseconds since the epoch. */
  now(): number;
  /** @param at when the read began */
  read(observed: readonly Observed[], at: number): void;
}

/** The same client, which also passes on what it reads. */
export function observedReseller(client: ResellerClient, sink: ReadSink): ResellerClient {
  return {
    ...client,
    async getCustomers(ids, scope) {
      const at = sink.now();
      const found = await client.getCustomers(ids, scope);
      sink.read(
        found.flatMap((customer): Observed[] =>
          customer === null || customer instanceof GatewayError
            ? []
            : [{ type: 'reseller-customer', customer }],
        ),
        at,
      );
      return found;
    },
    async listSubscriptionPages(requests, scope) {
      const at = sink.now();
      const pages = await client.listSubscriptionPages(requests, scope);
      for (const [index, page] of pages.entries()) {
        // Subscriptions that can be transferred are not this reseller's.
        const isTransferable = requests[index]?.filter.customerAuthToken !== undefined;
        if (page instanceof GatewayError || isTransferable) continue;
        sink.read(
          page.items.map((subscription) => ({
            ...{ type: 'subscription', subscription, isOwner: false },
          })),
          at,
        );
      }
      return pages;
    },
    async getSubscription(customerId, subscriptionId, scope) {
      const at = sink.now();
      const subscription = await client.getSubscription(customerId, subscriptionId, scope);
      // One that has ended may have been replaced by another with the same SKU.
      if (subscription && subscription.status !== 'CANCELLED') {
        sink.read([{ type: 'subscription', subscription, isOwner: false }], at);
      }
      return subscription;
    },
  };
}

/** The same client, which also passes on what it reads. */
export function observedBilling(client: BillingClient, sink: ReadSink): BillingClient {
  return {
    ...client,
    async listCustomers(resellerId, page, scope) {
      const at = sink.now();
      const found = await client.listCustomers(resellerId, page, scope);
      sink.read(
        found.items.map(({ customerId, billingAccountId }) => ({
          type: 'billing-customer',
          key: { resellerId, customerId },
          accountId: billingAccountId,
        })),
        at,
      );
      return found;
    },
    async getAccount(id, scope) {
      const at = sink.now();
      const account = await client.getAccount(id, scope);
      if (account) sink.read([observedAccount(account)], at);
      return account;
    },
  };
}
