import type { BillingClient } from '../backends/billing/client.ts';
import type { ResellerClient } from '../backends/reseller/client.ts';
import type { Observed } from '../domain/portfolio.ts';
import type { Logger } from '../log.ts';
import type { PortfolioStore } from '../store/portfolio/portfolio-store.ts';
import type { PacedCalls } from './calls.ts';
import type { Clock } from './clock.ts';

/** What the portfolio reads from the reseller API. */
export type PortfolioReseller = Pick<
  ResellerClient,
  'getSubscription' | 'getCustomers' | 'listSubscriptionPages'
>;

/** What the parts of a sweep share. */
export interface SweepParts {
  readonly store: PortfolioStore;
  readonly reseller: PortfolioReseller;
  readonly billing: Pick<BillingClient, 'listCustomers' | 'listAccounts' | 'getAccount'>;
  readonly calls: PacedCalls;
  readonly clock: Clock;
  readonly log: Logger;
  observe(observed: readonly Observed[], at: number): Promise<void>;
}
