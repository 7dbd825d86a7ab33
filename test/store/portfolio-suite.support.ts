import { expect, test } from 'vitest';
import type { PortfolioFilter } from '../../src/domain/portfolio-filter.ts';
import { EVERYTHING } from '../../src/domain/portfolio-filter.ts';
import { searchWords } from '../../src/domain/search-text.ts';
import type { Tenant } from '../../src/domain/tenant.ts';
import type { PortfolioStore } from '../../src/store/portfolio/portfolio-store.ts';
import type { TestDatabase } from './databases.support.ts';
import {
  noProduct,
  resellerSubscription,
  seen,
  seenAccount,
  seenBilling,
  seenCustomer,
  seenSubscription,
} from './portfolio-builders.support.ts';

const order = { field: 'CUSTOMER_DOMAIN', direction: 'ASC' } as const;
const all = { filter: EVERYTHING, tenant: undefined, order, after: null, limit: 100 };
const key = { resellerId: 'R1', customerId: 'C1' };
const link = { billing: key, resellerCustomerId: 'G1' };
const gone: PortfolioFilter = {
  type: 'is',
  condition: { type: 'flag', property: 'gone', value: true },
};

function searching(text: string): PortfolioFilter {
  return { type: 'is', condition: { type: 'search', words: searchWords(text) } };
}

async function subscriptionsOf(store: PortfolioStore, filter = EVERYTHING, tenant?: Tenant) {
  const found = await store.subscriptions({ ...all, filter, tenant });
  return found.map(({ row }) => row);
}

async function customersOf(store: PortfolioStore, filter = EVERYTHING, tenant?: Tenant) {
  const found = await store.customers({ ...all, filter, tenant });
  return found.map(({ row }) => row);
}

async function historyOf(store: PortfolioStore) {
  const changes = await store.changes(
    { filter: EVERYTHING, tenant: undefined, row: null },
    { after: null, limit: 100, newestFirst: false },
  );
  return changes.map(({ field, before, after, source }) => ({ field, before, after, source }));
}

export function portfolioSuite(database: TestDatabase): void {
  test('an older observation changes nothing', async () => {
    const { portfolio } = await database.open();
    await portfolio.observe([seenSubscription({ status: 'SUSPENDED' }, 2_000)], noProduct);
    await portfolio.observe([seenSubscription({ status: 'ACTIVE' }, 1_999)], noProduct);
    const [row] = await subscriptionsOf(portfolio);
    expect(row).toMatchObject({ status: 'SUSPENDED', observedAt: new Date(2_000) });
    expect(await historyOf(portfolio)).toEqual([]);
  });

  test('records what changed, with its source', async () => {
    const { portfolio } = await database.open();
    await portfolio.observe([seenSubscription()], noProduct);
    const subscription = resellerSubscription({
      status: 'SUSPENDED',
      suspensionReasons: ['RESELLER_INITIATED'],
    });
    const observed = { type: 'subscription', subscription, isOwner: true } as const;
    await portfolio.observe([{ observed, at: 2_000, source: 'NOTIFICATION' }], noProduct);
    await portfolio.observe([{ observed, at: 3_000, source: 'READ' }], noProduct);
    const source = 'NOTIFICATION';
    expect(await historyOf(portfolio)).toEqual([
      { field: 'status', before: 'ACTIVE', after: 'SUSPENDED', source },
      { field: 'suspensionReasons', before: null, after: 'RESELLER_INITIATED', source },
    ]);
    expect((await subscriptionsOf(portfolio))[0]?.observedAt).toEqual(new Date(3_000));
  });

  test('records new rows only after the first whole sweep', async () => {
    const { portfolio } = await database.open();
    await portfolio.observe([seenSubscription()], noProduct);
    const state = await portfolio.claimSweep('a', 10_000);
    if (!state) throw new Error('the lease is free');
    expect(await portfolio.saveSweep('a', { ...state, asOf: 1_000 }, 10_000)).toBe(true);
    await portfolio.observe([seenSubscription({ skuId: 'K2' })], noProduct);
    expect(await historyOf(portfolio)).toEqual([
      { field: 'gone', before: null, after: 'false', source: 'SWEEP' },
    ]);
  });

  test('the newest subscription of a SKU that has not ended owns its row', async () => {
    const { portfolio } = await database.open();
    const created = (year: number) => new Date(`${year}-01-01T00:00:00Z`);
    const older = { subscriptionId: 'old', creationTime: created(2024) };
    const newer = { subscriptionId: 'new', creationTime: created(2026) };
    await portfolio.observe([seenSubscription(newer), seenSubscription(older)], noProduct);
    const ended = { subscriptionId: 'x', creationTime: created(2027), status: 'CANCELLED' };
    await portfolio.observe([seenSubscription(ended, 2_000)], noProduct);
    expect((await subscriptionsOf(portfolio))[0]?.subscriptionId).toBe('new');
    // Known to be the only one that is left.
    await portfolio.observe([seenSubscription(older, 3_000, true)], noProduct);
    expect((await subscriptionsOf(portfolio))[0]?.subscriptionId).toBe('old');
  });

  test('returns rows that are gone only to a filter that asks for them', async () => {
    const { portfolio } = await database.open();
    await portfolio.observe([seenSubscription(), seenSubscription({ skuId: 'K2' })], noProduct);
    const lost = { type: 'subscription-gone', customerId: 'G1', skuId: 'K2' } as const;
    await portfolio.observe([seen(lost, 2_000)], noProduct);
    expect((await subscriptionsOf(portfolio)).map(({ skuId }) => skuId)).toEqual(['1010020028']);
    expect((await subscriptionsOf(portfolio, gone)).map(({ skuId }) => skuId)).toEqual(['K2']);
    expect(await portfolio.countSubscriptions({ filter: EVERYTHING, tenant: undefined })).toBe(1);
    expect((await customersOf(portfolio))[0]?.subscriptionCount).toBe(1);
    await portfolio.observe([seenSubscription({ skuId: 'K2' }, 3_000)], noProduct);
    expect(await subscriptionsOf(portfolio)).toHaveLength(2);
  });

  test('joins the halves of a linked customer, and separates them again', async () => {
    const { portfolio, links } = await database.open();
    await portfolio.observe(
      [seenSubscription(), seenCustomer(), seenBilling(key), seenAccount('C1')],
      noProduct,
    );
    expect(await customersOf(portfolio)).toHaveLength(2);
    await links.link(link);
    const [row, ...others] = await customersOf(portfolio);
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      ...{ billing: key, resellerCustomerId: 'G1', customerDomain: 'g1.example' },
      ...{ organizationName: 'Müller & Söhne', countryCode: 'DE', accountName: 'Müller Konto' },
      ...{ accountActive: true, currency: 'USD', subscriptionCount: 1, seats: 10 },
      licensedSeats: 4,
    });
    expect((await subscriptionsOf(portfolio))[0]).toMatchObject({
      ...{ linked: true, accountActive: true, organizationName: 'Müller & Söhne' },
    });
    await links.unlink(link);
    expect(await customersOf(portfolio)).toHaveLength(2);
    expect((await subscriptionsOf(portfolio))[0]).toMatchObject({
      ...{ linked: false, accountActive: null, accountName: null },
    });
  });

  test.each([
    'mull',
    'MÜLLER',
    'so',
    '& sö',
    'g1',
    'müller konto',
    '028 g1.ex',
    '%',
    '_',
    '"',
  ])('finds rows by the words of %j', async (text) => {
    const { portfolio, links } = await database.open();
    await links.link(link);
    await portfolio.observe(
      [
        ...[seenSubscription(), seenCustomer(), seenBilling(key), seenAccount('C1')],
        seenSubscription({ customerId: 'G2', customerDomain: 'other.example' }),
      ],
      noProduct,
    );
    const isFound = !['%', '_', '"'].includes(text);
    const found = (await subscriptionsOf(portfolio, searching(text))).map((row) => row.customerId);
    expect(found).toEqual(isFound ? ['G1'] : []);
    const not: PortfolioFilter = { type: 'not', of: searching(text) };
    const others = (await subscriptionsOf(portfolio, not)).map((row) => row.customerId);
    expect(others).toEqual(isFound ? ['G2'] : ['G1', 'G2']);
  });

  test('a tenant sees the rows of its customers only', async () => {
    const { portfolio, links } = await database.open();
    await portfolio.observe(
      [
        ...[seenSubscription(), seenCustomer(), seenBilling(key), seenAccount('C1')],
        seenSubscription({ customerId: 'G2', customerDomain: 'g2.example' }),
        seenBilling({ resellerId: 'R2', customerId: 'C2' }),
      ],
      noProduct,
    );
    await links.link(link);
    const first = { resellers: ['R1'], ownsUnlinked: false };
    const second = { resellers: ['R2'], ownsUnlinked: true };
    const ids = async (tenant: Tenant) => ({
      subscriptions: (await subscriptionsOf(portfolio, EVERYTHING, tenant)).map(
        ({ customerId }) => customerId,
      ),
      customers: (await customersOf(portfolio, EVERYTHING, tenant)).map(
        ({ billing, resellerCustomerId }) => [billing?.customerId, resellerCustomerId],
      ),
      count: await portfolio.countSubscriptions({ filter: EVERYTHING, tenant }),
      sum: (await portfolio.summary({ filter: EVERYTHING, tenant })).count,
    });
    expect(await ids(first)).toEqual({
      ...{ subscriptions: ['G1'], customers: [['C1', 'G1']], count: 1, sum: 1 },
    });
    expect(await ids(second)).toEqual({
      subscriptions: ['G2'],
      customers: [
        [undefined, 'G2'],
        ['C2', null],
      ],
      ...{ count: 1, sum: 1 },
    });
    expect(await portfolio.subscription('G1', '1010020028', second)).toBeNull();
    expect(await portfolio.subscription('G1', '1010020028', first)).not.toBeNull();
  });

  test.each([
    'ASC',
    'DESC',
  ] as const)('pages in order %s have each row once while other rows change', async (direction) => {
    const { portfolio } = await database.open();
    const row = (n: number, seats: number | null, at: number) => {
      const customerId = `G${n}`;
      const numbers = { maximumNumberOfSeats: null, licensedNumberOfSeats: 0 };
      return seenSubscription({ customerId, seats: { numberOfSeats: seats, ...numbers } }, at);
    };
    // Many equal values, and some that are missing.
    const seatsOf = (n: number) => (n % 5 === 0 ? null : n % 4);
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    await portfolio.observe(
      numbers.map((n) => row(n, seatsOf(n), 1_000)),
      noProduct,
    );
    const moving = (n: number) => n % 3 === 0;
    const seenRows: string[] = [];
    const by = { field: 'SEATS', direction } as const;
    for (let after = null, at = 2_000; ; at++) {
      const page: Awaited<ReturnType<PortfolioStore['subscriptions']>> =
        await portfolio.subscriptions({ ...all, order: by, after, limit: 3 });
      seenRows.push(...page.map((placed) => placed.row.customerId));
      const last = page.at(-1);
      if (!last) break;
      after = last.place;
      await portfolio.observe(
        numbers.filter(moving).map((n) => row(n, (n * at) % 7 === 0 ? null : (n * at) % 6, at)),
        noProduct,
      );
      if (at > 2_100) break;
    }
    const still = numbers.filter((n) => !moving(n)).map((n) => `G${n}`);
    expect(seenRows.filter((id) => still.includes(id)).sort()).toEqual(still.sort());
  });

  test('one instance holds the lease of the sweep', async () => {
    const { portfolio } = await database.open();
    const state = await portfolio.claimSweep('a', 10_000);
    expect(state).toMatchObject({ phase: 'IDLE', asOf: 0 });
    expect(await portfolio.claimSweep('b', 10_000)).toBeNull();
    await portfolio.releaseSweep('a');
    expect(await portfolio.claimSweep('b', 10_000)).not.toBeNull();
    if (state) expect(await portfolio.saveSweep('a', state, 10_000)).toBe(false);
  });

  test('deletes old changes but never the newest', async () => {
    const { portfolio } = await database.open();
    await portfolio.observe([seenSubscription()], noProduct);
    await portfolio.observe(
      [seenSubscription({ status: 'A' }, 2_000), seenSubscription({ status: 'B' }, 3_000)],
      noProduct,
    );
    await portfolio.observe([seenSubscription({ status: 'C' }, 4_000)], noProduct);
    expect(await portfolio.pruneChanges(-1_000, 10)).toBe(1);
    expect(await historyOf(portfolio)).toHaveLength(1);
    expect(await portfolio.pruneChanges(100_000, 10)).toBe(0);
  });
}
