import DataLoader from 'dataloader';
import type { SubscriptionStock } from '../domain/subscription-target.ts';
import type { ServiceSources } from './scope.ts';

/**
 * The id of the subscription that owns a SKU, as the portfolio last observed it: null when it has none,
 * undefined when the portfolio is off, has not finished a sweep, or cannot be read.
 */
export type ObservedOwner = (stock: SubscriptionStock) => Promise<string | null | undefined>;

/** Batches the reads of one request. They serve as a hint, so their failures are not errors. */
export function createObservedOwner({
  portfolio,
}: Pick<ServiceSources, 'portfolio'>): ObservedOwner {
  const owners = new DataLoader<SubscriptionStock, string | null | undefined, string>(
    async (stocks) => {
      const unknown = stocks.map(() => undefined);
      try {
        const { phase, asOf } = await portfolio.status();
        if (phase === 'OFF' || asOf === null) return unknown;
        return await portfolio.store.owners(stocks);
      } catch {
        return unknown;
      }
    },
    { cacheKeyFn: ({ customerId, skuId }) => JSON.stringify([customerId, skuId]) },
  );
  return (stock) => owners.load(stock);
}
