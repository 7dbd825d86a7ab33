import { getCustomer, nullIfNotFound, readPage } from '../backends/reseller/single-reads.ts';
import type { CallScope } from '../domain/call-scope.ts';
import { isManagedElsewhere } from '../domain/customer.ts';
import { GatewayError } from '../domain/error.ts';
import { readAll } from '../domain/page.ts';
import type { Observed } from '../domain/portfolio.ts';
import type { ResellerSubscription } from '../domain/subscription.ts';
import { ownerOf } from '../domain/subscription-target.ts';
import type { Clock } from './clock.ts';
import type { PortfolioReseller } from './sources.ts';

/** Makes one call, at the pace of the caller. */
export type MakeCall = <T>(call: (scope: CallScope) => Promise<T>) => Promise<T>;

/** A subscription to read. Without an id, the owner of the SKU; without a SKU, all of the customer. */
export interface SubscriptionToRead {
  readonly customerId: string;
  readonly skuId: string | null;
  readonly subscriptionId: string | null;
}

export interface Read {
  readonly at: number;
  readonly observed: readonly Observed[];
}

export type SubscriptionReader = ReturnType<typeof createSubscriptionReader>;

/**
 * Reads one subscription individually. It is gone only when the vendor says so: when it is not found,
 * CANCELLED, or its customer is managed by another reseller. Its id may have changed, so the
 * customer's list is read before that.
 */
export function createSubscriptionReader(reseller: PortfolioReseller, clock: Clock) {
  /** @throws GatewayError when the vendor does not say whether the subscription exists */
  async function read(target: SubscriptionToRead, call: MakeCall): Promise<Read> {
    const { customerId, subscriptionId, skuId } = target;
    try {
      if (subscriptionId !== null) {
        const at = clock.now();
        const subscription = await call((scope) =>
          reseller.getSubscription(customerId, subscriptionId, scope),
        );
        const isCurrent = subscription !== null && subscription.status !== 'CANCELLED';
        if (isCurrent && (skuId === null || subscription.skuId === skuId)) {
          return { at, observed: [{ type: 'subscription', subscription, isOwner: false }] };
        }
      }
      const at = clock.now();
      const listed = await readAll('reseller', (token) =>
        call((scope) => readPage(reseller, { customerId }, token, scope).catch(nullIfNotFound)),
      );
      return { at, observed: observedIn(listed, customerId, skuId) };
    } catch (error) {
      const isRefused = error instanceof GatewayError && refusals.has(error.code);
      if (!isRefused) throw error;
      return readCustomer(target, call, error);
    }
  }

  /** The API refuses the subscriptions of a customer that another reseller manages. */
  async function readCustomer(
    { customerId, skuId }: SubscriptionToRead,
    call: MakeCall,
    refusal: GatewayError,
  ): Promise<Read> {
    const at = clock.now();
    const customer = await call((scope) => getCustomer(reseller, customerId, scope));
    if (customer && !isManagedElsewhere(customer)) throw refusal;
    return {
      at,
      observed: [
        ...(skuId === null ? [] : [{ type: 'subscription-gone', customerId, skuId } as const]),
        customer
          ? { type: 'reseller-customer', customer }
          : { type: 'reseller-customer-gone', customerId },
      ],
    };
  }

  return { read };
}

const refusals: ReadonlySet<string> = new Set(['FORBIDDEN', 'NOT_FOUND', 'FAILED_PRECONDITION']);

/** @param skuId null for all SKUs */
function observedIn(
  listed: readonly ResellerSubscription[],
  customerId: string,
  skuId: string | null,
): Observed[] {
  const bySku = Map.groupBy(listed, (subscription) => subscription.skuId);
  const skus = skuId === null ? [...bySku.keys()] : [skuId];
  return skus.map((sku) => {
    const subscription = ownerOf(bySku.get(sku) ?? []);
    return subscription
      ? { type: 'subscription', subscription, isOwner: true }
      : { type: 'subscription-gone', customerId, skuId: sku };
  });
}
