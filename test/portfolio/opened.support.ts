import { onTestFinished } from 'vitest';
import type { ResellerClient } from '../../src/backends/reseller/client.ts';
import { loadConfig } from '../../src/config/config.ts';
import { EVERYTHING, type PortfolioFilter } from '../../src/domain/portfolio-filter.ts';
import { openBilling, openReseller } from '../../src/open-backends.ts';
import { openEgresses } from '../../src/open-egresses.ts';
import { Portfolio, type PortfolioOptions } from '../../src/portfolio/portfolio.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { log } from '../operations/operations.support.ts';
import { recordingLog } from './recording-log.support.ts';

export interface OpenedOptions {
  /** The database; in memory by default. */
  readonly url?: string;
  /** Makes the reseller API behave as a vendor's may. */
  readonly behaves?: (client: ResellerClient) => ResellerClient;
  readonly options?: Partial<PortfolioOptions>;
}

/** A portfolio on a sandbox, without a gateway; closed when the test ends. */
export async function openPortfolio(
  sandbox: Sandbox,
  { url = 'sqlite::memory:', behaves = (client) => client, options }: OpenedOptions = {},
) {
  const config = loadConfig({
    BILLING_ENDPOINT: sandbox.billingAddress,
    BILLING_TLS: 'false',
    RESELLER_ENDPOINT: sandbox.resellerUrl,
  });
  if (!config.backends) throw new Error('the backends are configured');
  const { settings, backends } = config;
  const store = await openStore(url, { log });
  const lines = recordingLog();
  const egress = openEgresses(settings, lines.log);
  const reseller = openReseller(backends.reseller, settings, egress.reseller, lines.log);
  const billing = openBilling(backends.billing, settings, egress.billing, lines.log);
  const portfolio = new Portfolio({
    ...{ store: store.portfolio, billing, log: lines.log, productOf: () => null },
    reseller: behaves(reseller),
    onPortfolio: (listener) => store.onPortfolio(listener),
    options: {
      ...{ isOn: true, resellers: [sandbox.resellerId], callsPerSecond: 5_000, leaseMs: 300 },
      ...{ sweepIntervalMs: 1_000, detailsMaxAgeMs: 86_400_000 },
      ...options,
    },
  });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= (async () => {
      await portfolio.close();
      billing.close();
      await reseller.close();
      await egress.close();
      await store.close();
    })();
    return closed;
  };
  onTestFinished(close);
  return { portfolio, store, close, messages: lines.messages };
}

/** The ids of the rows that match, as `customerId/skuId`. */
export async function idsIn({ portfolio }: Store, filter: PortfolioFilter = EVERYTHING) {
  const order = { field: 'CUSTOMER_DOMAIN', direction: 'ASC' } as const;
  const rows = await portfolio.subscriptions({
    ...{ filter, tenant: undefined, order, after: null, limit: 1_001 },
  });
  return rows.map(({ row }) => `${row.customerId}/${row.skuId}`).sort();
}

export const gone: PortfolioFilter = {
  type: 'is',
  condition: { type: 'flag', property: 'gone', value: true },
};
