import { Client } from 'pg';
import { EVERYTHING, type PortfolioFilter } from '../src/domain/portfolio-filter.ts';
import { openStore } from '../src/store/store.ts';

const ROWS = 1_000_000;
const log = { info: () => {}, warn: console.warn, debug: () => {} };

/** Pages, counts and summaries of a million subscriptions on PostgreSQL. */
export async function million(url: string): Promise<void> {
  const store = await openStore(url, { log });
  const client = new Client({ connectionString: url });
  await client.connect();
  // Faster than to keep the indexes while rows are inserted.
  const { rows: indexes } = await client.query(
    `select indexname, indexdef from pg_indexes where tablename in
      ('portfolio_subscriptions', 'portfolio_subscription_search') and indexname not like '%key'`,
  );
  for (const { indexname } of indexes) await client.query(`drop index ${indexname}`);
  await client.query(insertRows);
  // The texts are those of the rows, so there is nothing for the trigger to do.
  await client.query('alter table portfolio_subscription_search disable trigger user');
  await client.query(insertTexts);
  for (const { indexdef } of indexes) await client.query(indexdef);
  await client.query(`alter index portfolio_subscription_search_bigrams
    alter column 1 set statistics 0`);
  await client.query('vacuum analyze');
  await client.end();
  const is = (condition: object): PortfolioFilter => ({ type: 'is', condition }) as PortfolioFilter;
  const filters: Record<string, PortfolioFilter> = {
    everything: EVERYTHING,
    suspended: is({ ...ONE_OF, property: 'status', values: ['SUSPENDED'] }),
    'free seats': is({ type: 'compare', property: 'freeSeats', side: '>=', value: 90 }),
    search: is({ type: 'search', words: ['99999'] }),
    'broad search': is({ type: 'search', words: ['company', 'standard'] }),
    'two letters': is({ type: 'search', words: ['zq'] }),
  };
  for (const [name, filter] of Object.entries(filters)) {
    const selection = { filter, tenant: undefined };
    const order = { field: 'RENEWS_AT', direction: 'ASC' } as const;
    await report(`${name}: page`, () =>
      store.portfolio.subscriptions({ ...selection, order, after: null, limit: 51 }),
    );
    await report(`${name}: count`, () => store.portfolio.countSubscriptions(selection));
    await report(`${name}: summary`, () => store.portfolio.summary(selection));
  }
  await store.close();
}

const ONE_OF = { type: 'oneOf', otherThan: null, orMissing: false };

async function report(name: string, work: () => Promise<unknown>): Promise<void> {
  const samples: number[] = [];
  for (let n = 0; n < 6; n++) {
    const startedAt = performance.now();
    try {
      await work();
    } catch (error) {
      console.log(`  ${name.padEnd(26)} ${String(error)}`);
      return;
    }
    if (n > 0) samples.push(performance.now() - startedAt);
  }
  console.log(`  ${name.padEnd(26)} max of 5: ${Math.max(...samples).toFixed(0)} ms`);
}

const insertRows = `insert into portfolio_subscriptions (id, customer_id, sku_id, subscription_id,
    status, suspension_reasons, plan_name, renews_at, created_at, seats, licensed_seats, free_seats, observed_at, gone,
    linked, country_code, customer_domain, organization_name, organization_key, sku_name, search)
  select 'C' || n / 3 || '/K' || n, 'C' || n / 3, 'K' || n % 50, '1',
    case when n % 10 = 0 then 'SUSPENDED' else 'ACTIVE' end,
    case when n % 10 = 0 then '["OTHER"]' end,
    (array['ANNUAL', 'FLEXIBLE', 'TRIAL'])[1 + n % 3],
    case when n % 3 = 0 then 1700000000000 + n::bigint * 7919 % 30000000000 end,
    1600000000000 + n::bigint * 104729 % 90000000000, 100, n::bigint * 31 % 100, 100 - n::bigint * 31 % 100,
    1750000000000, 0, n % 2, 'DE', 'company-' || n / 3 || '.example', 'Company ' || n / 3,
    'company ' || n / 3, 'Business Standard',
    'company-' || n / 3 || '.example company ' || n / 3 || ' business standard K' || n % 50
  from generate_series(1, ${ROWS}) as n`;
const insertTexts = `insert into portfolio_subscription_search (rowid, search)
  select number, search from portfolio_subscriptions`;
