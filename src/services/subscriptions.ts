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
   * The subscription that a customer holds of a SKU, whatever its id is by now; null when there is
   * none. Of several, one that is not over comes first.
   */
  bySku(customerId: string, skuId: string): Promise<ResellerSubscription | null>;
  /** The subscription that has this id now; null when there is none. */
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
    let over: ResellerSubscription | null = null;
    for await (const subscription of all({ customerId })) {
      if (subscription.skuId !== skuId) continue;
      if (subscription.status !== 'CANCELLED') return subscription;
      over ??= subscription;
    }
    return over;
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
        // The customer itself is gone.
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
