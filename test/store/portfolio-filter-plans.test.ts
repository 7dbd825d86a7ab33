import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  EVERYTHING,
  type PlaceInOrder,
  type PortfolioCondition,
  type PortfolioFilter,
  subscriptionOrders,
} from '../../src/domain/portfolio-filter.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { log } from '../operations/operations.support.ts';
import { testDatabase } from './databases.support.ts';

const ROWS = 60_000;
const DAY_MS = 86_400_000;
const start = new Date('2026-01-01T00:00:00Z').getTime();

/** Every filter that the schema offers, with few, many and no matches. */
const conditions: Readonly<Record<string, PortfolioCondition | null>> = {
  none: null,
  'a rare word': { type: 'search', words: ['needle'] },
  'a common word': { type: 'search', words: ['example'] },
  'a short word': { type: 'search', words: ['c1'] },
  'the common status': oneOf('status', ['ACTIVE']),
  'a rare status': oneOf('status', ['SUSPENDED']),
  'a missing status': oneOf('status', ['CANCELLED']),
  'a suspension reason': { type: 'reasons', values: ['PENDING_TOS_ACCEPTANCE'], otherThan: null },
  'a plan': oneOf('planName', ['TRIAL']),
  'a SKU': oneOf('skuId', ['SKU7']),
  'a product': oneOf('productId', ['P1']),
  'renewals before a day': compare('renewsAt', '<', start + DAY_MS),
  'renewals after a day': compare('renewsAt', '>', start + 300 * DAY_MS),
  'trials that end': compare('trialEndsAt', '<', start + DAY_MS),
  'many free seats': compare('freeSeats', '>=', 99),
  'new ones': compare('createdAt', '>', start + 364 * DAY_MS),
  // Those that were observed last, so they are at the end of that order.
  'recent ones': compare('createdAt', '>', start + 320 * DAY_MS),
  'a country': oneOf('countryCode', ['DE']),
  'an inactive account': { type: 'flag', property: 'accountActive', value: false },
  linked: { type: 'flag', property: 'linked', value: true },
  'one customer': { type: 'customer', customer: { billing: null, resellerCustomerId: 'C77' } },
  gone: { type: 'flag', property: 'gone', value: true },
};

function oneOf(
  property: 'status' | 'planName' | 'skuId' | 'productId' | 'countryCode',
  values: readonly string[],
): PortfolioCondition {
  return { type: 'oneOf', property, values, otherThan: null, orMissing: false };
}

function compare(
  property: 'renewsAt' | 'trialEndsAt' | 'createdAt' | 'freeSeats',
  side: '<' | '>' | '>=',
  value: number,
): PortfolioCondition {
  return { type: 'compare', property, side, value };
}

/**
 * @param numbers a table `n` with the numbers `i`
 * @param copied a further column and its value
 */
const rows = (
  numbers: string,
  [column, value]: readonly string[] = [],
) => `insert into portfolio_subscriptions (id, customer_id, sku_id, subscription_id,
    product_id, status, plan_name, suspension_reasons, renews_at, trial_ends_at, created_at, seats,
    licensed_seats, free_seats, observed_at, gone, linked, account_active, country_code,
    customer_domain, organization_key${column ? `, ${column}` : ''})
  select 'C' || (i / 3) || '/SKU' || (i % 40), 'C' || (i / 3), 'SKU' || (i % 40), 'S' || i, 'P' || (i % 5),
    case when i % 100 = 0 then 'SUSPENDED' else 'ACTIVE' end,
    case when i % 50 = 0 then 'TRIAL' else 'FLEXIBLE' end,
    case when i % 1000 = 0 then '["PENDING_TOS_ACCEPTANCE"]' end,
    ${start} + i % 365 * cast(${DAY_MS} as bigint),
    case when i % 50 = 0 then ${start} + i % 365 * cast(${DAY_MS} as bigint) end,
    ${start} + i * cast(${DAY_MS} as bigint) / 165, i % 500, i % 400, i % 100,
    ${start} + i, case when i % 200 = 1 then 1 else 0 end, i % 2, case when i % 30 = 0 then 0 else 1 end,
    case when i % 60 = 0 then 'DE' else 'RU' end, 'c' || (i / 3) || '.example',
    'organization ' || (i / 3)${value ? `, ${value}` : ''}
  from ${numbers}`;
const search = (domain: string, number: string) =>
  `${domain} || case when ${number} % 6000 = 0 then ' needle' else '' end`;
const searches = `insert into portfolio_subscription_search (rowid, search)
  select number, ${search('customer_domain', 'number')} from portfolio_subscriptions`;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** The rows that a plan reads one by one through indexes. */
function rowsThroughIndexes(node: PlanNode): number {
  const inner = (node.Plans ?? []).reduce((sum, part) => sum + rowsThroughIndexes(part), 0);
  if (node['Node Type'] !== 'Index Scan') return inner;
  const rows = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0);
  return inner + rows * node['Actual Loops'];
}

/** Reads a page of every filter in every order; the direction alternates. */
async function readAll({ portfolio }: Store, read: (name: string) => Promise<void>) {
  let count = 0;
  for (const [name, condition] of Object.entries(conditions)) {
    const filter: PortfolioFilter = condition ? { type: 'is', condition } : EVERYTHING;
    for (const field of subscriptionOrders) {
      const order = { field, direction: count++ % 2 === 0 ? 'ASC' : 'DESC' } as const;
      await portfolio.subscriptions({ filter, order, tenant: undefined, limit: 51, after: null });
      await read(`${name} by ${field} ${order.direction}`);
    }
  }
}

const isPage = (text: string): boolean =>
  text.startsWith('select') && text.includes('from "portfolio_subscriptions" as "s"');

describe('on PostgreSQL', () => {
  const database = testDatabase('PostgreSQL');

  test('no page reads more than a sixth of 60,000 subscriptions one by one', async () => {
    const store = await database.open();
    // With the copies of the texts, which would change every row a second time.
    const copies = ['search', search("'c' || (i / 3) || '.example'", 'i')];
    await database.query(rows(`generate_series(1, ${ROWS}) as n (i)`, copies));
    await database.query(searches);
    expect(
      await database.query(
        'select count(*)::int as n from portfolio_subscriptions where search is null',
      ),
    ).toEqual([{ n: 0 }]);
    await store.portfolio.maintain();
    const client = new Client(database.url);
    await client.connect();
    onTestFinished(() => client.end());
    const query = Client.prototype.query;
    const read: { text: string; values: unknown[] }[] = [];
    const sent = vi.spyOn(Client.prototype, 'query').mockImplementation(function (
      this: Client,
      ...args: unknown[]
    ) {
      const [text, values] = args;
      if (typeof text === 'string' && isPage(text)) {
        read.push({ text, values: Array.isArray(values) ? values : [] });
      }
      return Reflect.apply(query, this, args);
    });
    onTestFinished(() => void sent.mockRestore());
    const found: string[] = [];
    let pages = 0;
    await readAll(store, async (name) => {
      let count = 0;
      for (const { text, values } of read.splice(0)) {
        const explained = `explain (analyze, timing off, format json) ${text}`;
        const { rows: plan } = await client.query(explained, values);
        count += rowsThroughIndexes(plan[0]['QUERY PLAN'][0].Plan);
        pages++;
      }
      if (count > ROWS / 6) found.push(`${name}: ${count}`);
    });
    expect(pages).toBeGreaterThan(Object.keys(conditions).length * subscriptionOrders.length);
    expect(found).toEqual([]);
  }, 120_000);
});

/** How SQLite may find the rows of a page. */
const plans = {
  /** In the order of an index; the rows with one status are sorted by their ids. */
  walk: /^(CO-ROUTINE s; )?SEARCH s USING INDEX portfolio_subscriptions_by_\w+ \(gone=\?[^)]*\)(; (?:SCAN s|CORRELATED .*|USE TEMP B-TREE FOR LAST TERM OF ORDER BY))*$/,
  /** By an index with the columns of all filters, or by a condition that few rows have. */
  sort: /^SEARCH s USING INTEGER PRIMARY KEY \(rowid=\?\); LIST SUBQUERY \d; SEARCH s USING (?:(?:COVERING )?INDEX portfolio_subscriptions_by_group|INTEGER PRIMARY KEY|INDEX portfolio_subscriptions_by_\w+ \((?:gone=\?|customer_id=\?))/,
};

interface InMemory {
  readonly store: Store;
  readonly connection: DatabaseSync;
}

/** By whether they have rows. */
const opened = new Map<boolean, Promise<InMemory>>();

afterAll(async () => {
  for (const { store } of await Promise.all(opened.values())) await store.close();
});

/** A store in memory and its connection, for several tests. */
function openedInMemory(isFilled: boolean): Promise<InMemory> {
  const memory = opened.get(isFilled) ?? openInMemory(isFilled);
  opened.set(isFilled, memory);
  return memory;
}

async function openInMemory(isFilled: boolean): Promise<InMemory> {
  const prepared = vi.spyOn(DatabaseSync.prototype, 'prepare');
  const store = await openStore('sqlite::memory:', { log });
  const [connection] = prepared.mock.contexts;
  prepared.mockRestore();
  if (!(connection instanceof DatabaseSync)) throw new Error('the store prepares statements');
  if (isFilled) {
    const numbers = `with recursive n (i) as (
      select 1 union all select i + 1 from n where i < ${ROWS}) `;
    connection.exec(rows('n').replace(/\bselect\b/, `${numbers} select`));
    connection.exec(searches);
  }
  return { store, connection };
}

test.each([false, true])('on SQLite, no page scans the table (filled: %s)', async (isFilled) => {
  const { store, connection } = await openedInMemory(isFilled);
  // In memory, statements are prepared in this thread.
  const prepared = vi.spyOn(DatabaseSync.prototype, 'prepare');
  onTestFinished(() => void prepared.mockRestore());
  const names = new Map<string, string>();
  await readAll(store, async (name) => {
    for (const [text] of prepared.mock.calls) if (isPage(text)) names.set(text, name);
    prepared.mockClear();
  });
  const found: string[] = [];
  for (const [text, name] of names) {
    const steps = connection.prepare(`explain query plan ${text}`).all();
    const plan = steps.map(({ detail }) => String(detail)).join('; ');
    const expected = text.includes(' is null, ') ? plans.sort : plans.walk;
    if (!expected.test(plan)) found.push(`${name}: ${plan}`);
  }
  expect(names.size).toBeGreaterThan(subscriptionOrders.length * 10);
  expect(found).toEqual([]);
});

test('on SQLite, pages of 60,000 rows continue each other in the order, and miss no row', async () => {
  const { store } = await openedInMemory(true);
  let count = 0;
  for (const [name, condition] of Object.entries(conditions)) {
    const filter: PortfolioFilter = condition ? { type: 'is', condition } : EVERYTHING;
    for (const field of ['CUSTOMER_DOMAIN', 'TRIAL_ENDS_AT'] as const) {
      const direction = count++ % 2 === 0 ? 'ASC' : 'DESC';
      const query = { filter, tenant: undefined, order: { field, direction } } as const;
      const first = await store.portfolio.subscriptions({ ...query, after: null, limit: 201 });
      const places = first.map(({ place }) => place);
      const label = `${name} by ${field} ${direction}`;
      const total = await store.portfolio.countSubscriptions(query);
      expect(places.length, label).toBe(Math.min(total, 201));
      expect(places, label).toEqual(places.toSorted(comparing(direction)));
      const after = places[50];
      if (!after) continue;
      const next = await store.portfolio.subscriptions({ ...query, after, limit: 51 });
      const found = next.map(({ place }) => place);
      expect(found, label).toEqual(places.slice(51, 102));
    }
  }
}, 60_000);

/** Compares by the value, with missing ones last, and then by the id. */
function comparing(direction: 'ASC' | 'DESC') {
  const sign = direction === 'ASC' ? 1 : -1;
  return (a: PlaceInOrder, b: PlaceInOrder): number => {
    if ((a.value === null) !== (b.value === null)) return a.value === null ? 1 : -1;
    if (a.value !== null && b.value !== null && a.value !== b.value) {
      return a.value < b.value ? -sign : sign;
    }
    return a.id < b.id ? -sign : sign;
  };
}
