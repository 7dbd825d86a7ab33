import type { BillingClient } from '../backends/billing/client.ts';
import type { ResellerClient } from '../backends/reseller/client.ts';

/** What the portfolio reads from the reseller API. */
export type PortfolioReseller = Pick<
  ResellerClient,
  'getSubscription' | 'getCustomers' | 'listSubscriptionPages'
>;

/** What the portfolio reads from billing. */
export type PortfolioBilling = Pick<BillingClient, 'listCustomers' | 'listAccounts' | 'getAccount'>;
