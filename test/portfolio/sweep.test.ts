import { expect, test } from 'vitest';
import type { ResellerClient } from '../../src/backends/reseller/client.ts';
import { GatewayError } from '../../src/domain/error.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Store } from '../../src/store/store.ts';
import { startGatewayProcess, testDirectory } from '../e2e/gateway-process.support.ts';
import { startTestSandbox } from '../support/gateway.ts';
import { gone, idsIn, openPortfolio } from './opened.support.ts';
import { expectedRows } from './oracle.support.ts';

const listedIds = (sandbox: Sandbox) =>
  expectedRows(sandbox)
    .map(({ id }) => id)
    .sort();

/** Waits for the end of a sweep that began after `since`. */
async function untilSwept({ portfolio }: Store, since = 0): Promise<number> {
  const began = async () => (await portfolio.sweepStatus()).asOf?.getTime() ?? 0;
  await expect.poll(began, { interval: 10, timeout: 12_000 }).toBeGreaterThan(since);
  return began();
}

/** Changes every page of the list of all subscriptions. */
function changingPages(
  client: ResellerClient,
  change: (items: readonly object[], token: string | null) => boolean[] | 'refuse',
): ResellerClient {
  return {
    ...client,
    async listSubscriptionPages(requests, scope) {
      const pages = await client.listSubscriptionPages(requests, scope);
      return pages.map((page, index) => {
        const request = requests[index];
        if (page instanceof GatewayError || request?.filter.customerId !== undefined) return page;
        const kept = change(page.items, request?.page.token ?? null);
        if (kept === 'refuse') return new GatewayError('BAD_USER_INPUT', 'Invalid page token.');
        return { ...page, items: page.items.filter((_, n) => kept[n]) };
      });
    },
  };
}

test('sees everything, with one call for each page', async () => {
  const sandbox = await startTestSandbox({ seed: { customers: 120 } });
  const { portfolio, store } = await openPortfolio(sandbox, {
    options: { sweepIntervalMs: 60_000 },
  });
  portfolio.start();
  await untilSwept(store);
  const expected = listedIds(sandbox);
  expect(await idsIn(store)).toEqual(expected);
  expect(sandbox.calls.count('subscriptions.list')).toBe(Math.ceil((expected.length + 2) / 100));
  expect(sandbox.calls.count('CustomerService.List')).toBe(1);
});

test('marks what has vanished as gone, and only that', async () => {
  const sandbox = await startTestSandbox({ seed: { customers: 60 } });
  const { portfolio, store } = await openPortfolio(sandbox);
  portfolio.start();
  const first = await untilSwept(store);
  const [customer] = [...sandbox.store.reseller.customers()].filter(
    ({ managedBy, subscriptions }) => managedBy === 'us' && subscriptions.length > 1,
  );
  const [lost] = customer?.subscriptions ?? [];
  if (!customer || !lost) throw new Error('the seed has no such customer');
  sandbox.store.reseller.remove(lost);
  await untilSwept(store, first);
  expect(await idsIn(store, gone)).toEqual([`${customer.customerId}/${lost.skuId}`]);
  expect(await idsIn(store)).toEqual(listedIds(sandbox));
});

test('marks the subscriptions of a customer that another reseller manages now', async () => {
  const sandbox = await startTestSandbox({ seed: { customers: 60 } });
  const { portfolio, store } = await openPortfolio(sandbox);
  portfolio.start();
  const first = await untilSwept(store);
  const customer = [...sandbox.store.reseller.customers()].find(
    ({ managedBy, subscriptions }) => managedBy === 'us' && subscriptions.length === 1,
  );
  if (!customer) throw new Error('the seed has no such customer');
  customer.managedBy = 'anotherReseller';
  await untilSwept(store, first);
  expect(await idsIn(store, gone)).toEqual([
    `${customer.customerId}/${customer.subscriptions[0]?.skuId}`,
  ]);
});

test('keeps a row that a shifted page did not contain', async () => {
  const sandbox = await startTestSandbox({ seed: { customers: 60 } });
  let skips = false;
  const { portfolio, store } = await openPortfolio(sandbox, {
    // As when a row of an earlier page is deleted while the list is read.
    behaves: (client) =>
      changingPages(client, (items, token) => items.map((_, n) => !(skips && token && n === 0))),
  });
  portfolio.start();
  const first = await untilSwept(store);
  skips = true;
  const second = await untilSwept(store, first);
  expect(await idsIn(store, gone)).toEqual([]);
  expect(await idsIn(store)).toEqual(listedIds(sandbox));
  const [{ unseen } = { unseen: -1 }] = await store.portfolio.seen(second);
  expect(unseen).toBe(0);
});

test('marks nothing when a sweep sees only half of the rows', async () => {
  const sandbox = await startTestSandbox({ seed: { customers: 60 } });
  let halves = false;
  const { portfolio, store, messages } = await openPortfolio(sandbox, {
    behaves: (client) =>
      changingPages(client, (items) => items.map((_, n) => !halves || n % 2 === 0)),
  });
  portfolio.start();
  const first = await untilSwept(store);
  const gets = sandbox.calls.count('subscriptions.get');
  halves = true;
  await untilSwept(store, first);
  expect(await idsIn(store, gone)).toEqual([]);
  expect(sandbox.calls.count('subscriptions.get')).toBe(gets);
  expect(messages).toContain('sweep did not see many rows, marking none as gone');
});

test('begins the list again when its page token has expired', async () => {
  const sandbox = await startTestSandbox({ seed: { customers: 80 } });
  let refusals = 2;
  const { portfolio, store, messages } = await openPortfolio(sandbox, {
    behaves: (client) =>
      changingPages(client, (items, token) =>
        token !== null && refusals-- > 0 ? 'refuse' : items.map(() => true),
      ),
  });
  portfolio.start();
  await untilSwept(store);
  expect(await idsIn(store)).toEqual(listedIds(sandbox));
  expect(messages.filter((text) => text.startsWith('page token refused'))).toHaveLength(2);
});

test('ends in spite of quota errors, and marks nothing', async () => {
  const sandbox = await startTestSandbox({ seed: { customers: 120 } });
  const { portfolio, store } = await openPortfolio(sandbox);
  sandbox.faults.set([
    {
      ...{ backend: 'reseller', share: 0.1 },
      effect: { type: 'http', status: 429, reason: 'quotaExceeded', domain: 'usageLimits' },
    },
    { backend: 'reseller', share: 0.05, effect: { type: 'http', status: 503 } },
    { backend: 'billing', share: 0.1, effect: { type: 'grpc', code: 8 } },
  ]);
  portfolio.start();
  const first = await untilSwept(store);
  await untilSwept(store, first);
  expect(await idsIn(store)).toEqual(listedIds(sandbox));
  expect(await idsIn(store, gone)).toEqual([]);
});

test('another process continues a sweep where the first one was killed', {
  timeout: 60_000,
}, async () => {
  const sandbox = await startTestSandbox({ seed: { customers: 150 } });
  const url = `sqlite:${testDirectory()}/gateway.db`;
  const env = {
    ...{ DATABASE_URL: url, PORTFOLIO: 'true', PORTFOLIO_CALLS_PER_SECOND: '4' },
    OPERATION_LEASE_MS: '300',
  };
  const first = await startGatewayProcess(sandbox, env);
  const calls = () => sandbox.calls.count('subscriptions.list');
  await expect.poll(calls, { interval: 5, timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  await first.kill();
  const before = calls();
  const expected = listedIds(sandbox);
  const pages = Math.ceil((expected.length + 2) / 100);
  expect(before).toBeLessThan(pages);
  await startGatewayProcess(sandbox, { ...env, PORTFOLIO_CALLS_PER_SECOND: '1000' });
  const { store } = await openPortfolio(sandbox, { url });
  await untilSwept(store);
  expect(await idsIn(store)).toEqual(expected);
  // At most the page whose answer was lost is read twice.
  expect(calls()).toBeLessThanOrEqual(pages + 1);
});
