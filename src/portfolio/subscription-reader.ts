import type { ResellerClient } from '../backends/reseller/client.ts';
import type { CallScope } from '../domain/call-scope.ts';
import { isManagedElsewhere } from '../domain/customer.ts';
import { GatewayError } from '../domain/error.ts';
import { type Page, PageWalk } from '../domain/page.ts';
import type { Observed } from '../domain/portfolio.ts';
import { MAX_SUBSCRIPTIONS_PAGE, type ResellerSubscription } from '../domain/subscription.ts';
import { ownerOf } from '../domain/subscription-target.ts';
import type { Clock } from './clock.ts';

export type SubscriptionReads = Pick<
  ResellerClient,
  'getSubscription' | 'getCustomers' | 'listSubscriptionPages'
>;

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

/**
 * Reads one subscription individually. It is gone only when the vendor says so: when it is not found,
 * CANCELLED, or its customer is managed by another reseller. Its id may have changed, so the
 * customer's list is read before that.
 */
export class SubscriptionReader {
  readonly #reseller: SubscriptionReads;
  readonly #clock: Clock;

  constructor(reseller: SubscriptionReads, clock: Clock) {
    this.#reseller = reseller;
    this.#clock = clock;
  }

  /** @throws GatewayError when the vendor does not say whether the subscription exists */
  async read(target: SubscriptionToRead, call: MakeCall): Promise<Read> {
    const { customerId, subscriptionId, skuId } = target;
    try {
      if (subscriptionId !== null) {
        const at = this.#clock.now();
        const subscription = await call((scope) =>
          this.#reseller.getSubscription(customerId, subscriptionId, scope),
        );
        const isCurrent = subscription !== null && subscription.status !== 'CANCELLED';
        if (isCurrent && (skuId === null || subscription.skuId === skuId)) {
          return { at, observed: [{ type: 'subscription', subscription, isOwner: false }] };
        }
      }
      const at = this.#clock.now();
      return { at, observed: observedIn(await this.#list(customerId, call), customerId, skuId) };
    } catch (error) {
      const isRefused = error instanceof GatewayError && refusals.has(error.code);
      if (!isRefused) throw error;
      return this.#readCustomer(target, call, error);
    }
  }

  async #list(customerId: string, call: MakeCall): Promise<readonly ResellerSubscription[]> {
    const found: ResellerSubscription[] = [];
    const walk = new PageWalk('reseller');
    let token: string | null = null;
    do {
      const page: Page<ResellerSubscription> = await this.#page(customerId, token, call);
      found.push(...page.items);
      walk.record(page, token);
      token = page.nextToken;
    } while (token !== null);
    return found;
  }

  async #page(
    customerId: string,
    token: string | null,
    call: MakeCall,
  ): Promise<Page<ResellerSubscription>> {
    return call(async (scope) => {
      const request = { filter: { customerId }, page: { token, size: MAX_SUBSCRIPTIONS_PAGE } };
      const [page] = await this.#reseller.listSubscriptionPages([request], scope);
      if (page === undefined) throw new Error('listSubscriptionPages returned no result');
      if (!(page instanceof GatewayError)) return page;
      if (page.code === 'NOT_FOUND') return { items: [], nextToken: null };
      throw page;
    });
  }

  /** The API refuses the subscriptions of a customer that another reseller manages. */
  async #readCustomer(
    { customerId, skuId }: SubscriptionToRead,
    call: MakeCall,
    refusal: GatewayError,
  ): Promise<Read> {
    const at = this.#clock.now();
    const customer = await call(async (scope) => {
      const [found] = await this.#reseller.getCustomers([customerId], scope);
      if (found instanceof GatewayError) throw found;
      return found ?? null;
    });
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
