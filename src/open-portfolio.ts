import type { BillingClient } from './backends/billing/client.ts';
import type { ResellerClient } from './backends/reseller/client.ts';
import type { Config } from './config/config.ts';
import { type Catalog, productsBySku } from './domain/catalog/catalog.ts';
import type { Logger } from './log.ts';
import { Portfolio } from './portfolio/portfolio.ts';
import type { Store } from './store/store.ts';

export interface PortfolioParts {
  readonly billing: BillingClient;
  readonly reseller: ResellerClient;
  readonly store: Store;
  readonly catalog: Catalog;
  readonly log: Logger;
}

/** The portfolio, which follows the operations that end in any instance. */
export function openPortfolio(
  config: Config,
  { billing, reseller, store, catalog, log }: PortfolioParts,
): Portfolio {
  const { portfolio: settings } = config.settings;
  const defaults = config.defaultResellerId === null ? [] : [config.defaultResellerId];
  const portfolio = new Portfolio({
    ...{ store: store.portfolio, billing, reseller, log },
    onPortfolio: (listener) => store.onPortfolio(listener),
    productOf: productsBySku(catalog),
    options: {
      isOn: settings.PORTFOLIO,
      resellers: settings.PORTFOLIO_RESELLERS ?? defaults,
      callsPerSecond: settings.PORTFOLIO_CALLS_PER_SECOND,
      sweepIntervalMs: settings.PORTFOLIO_SWEEP_INTERVAL_MS,
      detailsMaxAgeMs: settings.PORTFOLIO_DETAILS_MAX_AGE_MS,
      leaseMs: config.operationLeaseMs,
    },
  });
  // The store forgets its listeners when it closes.
  store.onOperationEnded((id) => {
    if (id === null || !settings.PORTFOLIO) return;
    operationEnded(id, store, portfolio).catch((err: unknown) => {
      log.debug({ err, operation: id }, 'outcome not read for the portfolio');
    });
  });
  return portfolio;
}

/** Stores what an operation has changed, with the write that started it as the cause. */
async function operationEnded(id: string, store: Store, portfolio: Portfolio): Promise<void> {
  const entry = await store.journal.latest(id);
  const { result, done } = entry?.operation ?? {};
  if (!done || result?.type !== 'customer' || result.customer.resellerId === '') return;
  await portfolio.operationEnded(result.customer, await store.audit.idByOperation(id));
}
