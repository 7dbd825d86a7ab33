import { expect } from 'vitest';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/gateway.ts';
import { request } from '../support/request.ts';

/** The settings of a gateway whose portfolio is filled as fast as the sandbox answers. */
export const filled = {
  PORTFOLIO: 'true',
  PORTFOLIO_CALLS_PER_SECOND: '5000',
  OPERATION_LEASE_MS: '300',
};

/** Runs a query of the portfolio, and returns what is under `portfolio`. */
export async function ask<T>(
  url: string,
  selection: string,
  variables: Readonly<Record<string, unknown>> = {},
  heads = '',
): Promise<T> {
  const query = `query Portfolio${heads} { portfolio { ${selection} } }`;
  const { data, errors } = await request<{ portfolio: T }, object>(url, query, variables);
  if (errors || !data) throw new Error(JSON.stringify(errors));
  return data.portfolio;
}

/** When the last whole sweep began; null before the first. */
export async function asOf(url: string): Promise<string | null> {
  return (await ask<{ asOf: string | null }>(url, 'asOf')).asOf;
}

/** Waits until a sweep that began after `since` has ended. */
export async function untilSwept(url: string, since: string | null = null): Promise<void> {
  await expect
    .poll(() => asOf(url), { interval: 20, timeout: 20_000 })
    .toSatisfy((time: string | null) => time !== null && (since === null || time > since));
}

/** Waits until the details of all customers of the sandbox are in the portfolio, too. */
export async function untilDetailed({ url, sandbox }: TestGateway): Promise<void> {
  await untilSwept(url);
  const named = [...sandbox.store.reseller.customers()].filter(
    ({ managedBy, subscriptions, postalAddress }) =>
      managedBy === 'us' && subscriptions.length > 0 && postalAddress?.organizationName,
  );
  const accounts = sandbox.store.billing.customersOf(sandbox.resellerId);
  await expect
    .poll(
      async () => {
        const { customers } = await ask<{
          customers: {
            nodes: { organizationName: string | null; accountName: string | null }[];
          };
        }>(url, 'customers(first: 1000) { nodes { organizationName accountName } }');
        return [
          customers.nodes.filter(({ organizationName }) => organizationName).length >= named.length,
          customers.nodes.filter(({ accountName }) => accountName).length >= accounts.length,
        ];
      },
      { interval: 20, timeout: 20_000 },
    )
    .toEqual([true, true]);
}

/** A gateway of this test whose portfolio is filled. */
export async function startFilled(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const gateway = await startTestGateway({ ...options, env: { ...filled, ...options.env } });
  await untilDetailed(gateway);
  return gateway;
}
