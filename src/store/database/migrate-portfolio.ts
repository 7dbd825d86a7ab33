import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DatabaseKind } from './database.ts';
import { runningNumber } from './running-number.ts';

/** Every order begins with `gone`, because a list has the rows that are gone or the others. */
const subscriptionOrders = [
  'customer_domain',
  'organization_key',
  'sku_id',
  'status',
  'renews_at',
  'trial_ends_at',
  'created_at',
  'seats',
  'licensed_seats',
  'free_seats',
  'observed_at',
];
const customerOrders = [
  'customer_domain',
  'organization_key',
  'account_key',
  'country_code',
  'subscription_count',
  'seats',
  'licensed_seats',
  'observed_at',
];

export async function createPortfolio(db: Kysely<unknown>, kind: DatabaseKind): Promise<void> {
  // Both databases sort by bytes, so that they return the same pages.
  const text = kind === 'sqlite' ? sql`text` : sql`text collate "C"`;
  await createSubscriptions(db, kind, text);
  await createCustomers(db, kind, text);
  await createHalves(db, text);
  await createChanges(db, kind);
  for (const name of ['portfolio_subscription_search', 'portfolio_customer_search']) {
    await createSearch(db, kind, name);
  }
  await sql`create table portfolio_sweeps (
    name text primary key,
    phase text not null,
    position text not null,
    started_at bigint not null,
    as_of bigint not null,
    finished_at bigint not null,
    holder text,
    held_until bigint not null
  )`.execute(db);
}

async function createSubscriptions(
  db: Kysely<unknown>,
  kind: DatabaseKind,
  text: RawBuilder<unknown>,
): Promise<void> {
  await sql`create table portfolio_subscriptions (
    number ${runningNumber(kind)},
    id ${text} not null unique,
    customer_id ${text} not null,
    sku_id ${text} not null,
    subscription_id text not null,
    product_id text,
    status ${text},
    plan_name text,
    renewal_type text,
    suspension_reasons text,
    renews_at bigint,
    trial_ends_at bigint,
    created_at bigint,
    seats bigint,
    licensed_seats bigint,
    free_seats bigint,
    observed_at bigint not null,
    gone integer not null,
    linked integer not null,
    account_active integer,
    country_code text,
    customer_domain ${text},
    organization_name text,
    organization_key ${text},
    account_name text,
    sku_name text
  )`.execute(db);
  await createOrders(db, 'portfolio_subscriptions', subscriptionOrders);
  await sql`create index portfolio_subscriptions_by_customer
    on portfolio_subscriptions (customer_id)`.execute(db);
  // Summaries group without sorting, and filters read less than the whole rows.
  await sql`create index portfolio_subscriptions_by_group on portfolio_subscriptions (
    gone, status, plan_name, sku_id, suspension_reasons, seats, licensed_seats, free_seats, linked,
    account_active, country_code, product_id, renews_at, trial_ends_at, created_at, customer_id,
    number
  )`.execute(db);
}

async function createCustomers(
  db: Kysely<unknown>,
  kind: DatabaseKind,
  text: RawBuilder<unknown>,
): Promise<void> {
  await sql`create table portfolio_customers (
    number ${runningNumber(kind)},
    id ${text} not null unique,
    reseller_id text,
    billing_customer_id text,
    reseller_customer_id text,
    linked integer not null,
    customer_domain ${text},
    organization_name text,
    organization_key ${text},
    country_code ${text},
    admin_email text,
    account_name text,
    account_key ${text},
    account_active integer,
    currency text,
    subscription_count bigint not null,
    seats bigint not null,
    licensed_seats bigint not null,
    observed_at bigint not null,
    gone integer not null
  )`.execute(db);
  await createOrders(db, 'portfolio_customers', customerOrders);
  for (const index of [
    sql`create index portfolio_customers_by_billing
      on portfolio_customers (reseller_id, billing_customer_id)`,
    sql`create index portfolio_customers_by_reseller
      on portfolio_customers (reseller_customer_id)`,
  ]) {
    await index.execute(db);
  }
}

async function createOrders(
  db: Kysely<unknown>,
  table: string,
  columns: readonly string[],
): Promise<void> {
  for (const column of columns) {
    const name = sql.ref(`${table}_by_${column}`);
    const indexed = sql.ref(column);
    await sql`create index ${name} on ${sql.table(table)} (gone, ${indexed}, id)`.execute(db);
  }
}

async function createHalves(db: Kysely<unknown>, text: RawBuilder<unknown>): Promise<void> {
  await sql`create table portfolio_billing (
    reseller_id text not null,
    customer_id text not null,
    account_id text not null,
    account_name text,
    account_active integer,
    currency text,
    country_code text,
    observed_at bigint not null,
    details_at bigint not null,
    gone integer not null,
    primary key (reseller_id, customer_id)
  )`.execute(db);
  await sql`create table portfolio_reseller (
    customer_id ${text} primary key,
    customer_domain text,
    organization_name text,
    country_code text,
    admin_email text,
    observed_at bigint not null,
    details_at bigint not null,
    gone integer not null
  )`.execute(db);
  for (const index of [
    sql`create index portfolio_billing_by_account on portfolio_billing (account_id)`,
    sql`create index portfolio_billing_by_details on portfolio_billing (gone, details_at)`,
    sql`create index portfolio_billing_by_observed on portfolio_billing (gone, observed_at)`,
    sql`create index portfolio_reseller_by_details on portfolio_reseller (gone, details_at)`,
    sql`create index portfolio_reseller_by_observed on portfolio_reseller (gone, observed_at)`,
  ]) {
    await index.execute(db);
  }
}

async function createChanges(db: Kysely<unknown>, kind: DatabaseKind): Promise<void> {
  await sql`create table portfolio_changes (
    sequence ${runningNumber(kind)},
    row_id text not null,
    customer_id text not null,
    at bigint not null,
    field text not null,
    before text,
    after text,
    source text not null,
    write_id text
  )`.execute(db);
  await sql`create index portfolio_changes_by_row
    on portfolio_changes (row_id, sequence)`.execute(db);
  await sql`create index portfolio_changes_by_time on portfolio_changes (at, sequence)`.execute(db);
}

/** SQLite's trigram index is a table of its own; PostgreSQL's is created at the start. */
async function createSearch(db: Kysely<unknown>, kind: DatabaseKind, name: string): Promise<void> {
  const table = sql.table(name);
  if (kind === 'sqlite') {
    await sql`create virtual table ${table} using fts5 (
      search, tokenize = 'trigram case_sensitive 1'
    )`.execute(db);
    return;
  }
  await sql`create table ${table} (
    rowid bigint primary key,
    search ${sql`text collate "C"`} not null
  )`.execute(db);
}
