import { z } from 'zod';
import { boolean, integer, milliseconds, names } from './kinds.ts';

/** The read model of customers and subscriptions. A row of the table in gateway-settings.ts. */
export const portfolio = z.object({
  PORTFOLIO: boolean
    .prefault('true')
    .describe(
      'Whether the gateway reads all subscriptions and customers in the background, so that `portfolio` can list, sort, search and count them.',
    ),
  PORTFOLIO_RESELLERS: names
    .optional()
    .describe('Billing resellers whose customers are read. Default: `BILLING_RESELLER_ID`.'),
  PORTFOLIO_CALLS_PER_SECOND: integer(1, 10_000)
    .prefault('5')
    .describe(
      'Maximum number of calls per second of the sweep and of the details that it reads. Reads that follow notifications may use ten times as many.',
    ),
  PORTFOLIO_SWEEP_INTERVAL_MS: milliseconds(1_000, 2_592_000_000)
    .prefault('3600000')
    .describe('Time between the beginnings of two sweeps. Default: 1 hour.'),
  PORTFOLIO_DETAILS_MAX_AGE_MS: milliseconds(1_000, 31_536_000_000)
    .prefault('86400000')
    .describe(
      'Age at which the details of a customer are read again: organization, country, administrator and account. Default: 24 hours.',
    ),
  PORTFOLIO_HISTORY_RETENTION: integer(0, 36_500)
    .prefault('400')
    .describe('Days after which recorded changes are deleted; 0 keeps them forever.'),
});
