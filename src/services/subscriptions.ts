import { GatewayError } from '../domain/error.ts';
import { type Page, type PageRequest, repeatedPageToken } from '../domain/page.ts';
import {
  MAX_SUBSCRIPTIONS_PAGE,
  type ResellerSubscription,
  type SubscriptionFilter,
} from '../domain/subscription.ts';
import { authorize } from './authorize.ts';
import type { Loaders } from './loaders.ts';
import type { RequestScope } from './scope.ts';

export interface SubscriptionService {
  page(filter: SubscriptionFilter, page: PageRequest): Promise<Page<ResellerSubscription>>;
  /**
   * The customer's subscription to a SKU, whatever its current id; null when there is none. A
   * subscription that has not ended takes precedence.
   */
  bySku(customerId: string, skuId: string): Promise<ResellerSubscription | null>;
  /** The subscription that currently has this id; null when there is none. */
  bySubscriptionId(
    customerId: string,
    subscriptionId: string,
  ): Promise<ResellerSubscription | null>;
}

export function createSubscriptionService(
  loaders: Loaders,
  scope: RequestScope,
): SubscriptionService {
  async function* all(filter: SubscriptionFilter): AsyncGenerator<ResellerSubscription> {
    let token: string | null = null;
    do {
      const request: PageRequest = { token, size: MAX_SUBSCRIPTIONS_PAGE };
      const page: Page<ResellerSubscription> = await loaders.subscriptionPage.load({
        filter,
        page: request,
      });
      yield* page.items;
      if (token !== null && page.nextToken === token) throw repeatedPageToken('reseller');
      token = page.nextToken;
    } while (token !== null);
  }

  async function find(customerId: string, skuId: string): Promise<ResellerSubscription | null> {
    let ended: ResellerSubscription | null = null;
    for await (const subscription of all({ customerId })) {
      if (subscription.skuId !== skuId) continue;
      if (subscription.status !== 'CANCELLED') return subscription;
      ended ??= subscription;
    }
    return ended;
  }

  return {
    async page(filter, page) {
      authorize(scope.viewer, 'READ');
      return loaders.subscriptionPage.load({ filter, page });
    },
    async bySku(customerId, skuId) {
      authorize(scope.viewer, 'READ');
      try {
        return await find(customerId, skuId);
      } catch (error) {
        // The customer itself does not exist.
        if (error instanceof GatewayError && error.code === 'NOT_FOUND') return null;
        throw error;
      }
    },
    async bySubscriptionId(customerId, subscriptionId) {
      authorize(scope.viewer, 'READ');
      return loaders.subscription.load({ customerId, subscriptionId });
    },
  };
}
