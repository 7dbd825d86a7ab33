import { type Kysely, type Selectable, sql } from 'kysely';
import {
  type BillingCustomerKey,
  billingKeyString,
  type CustomerLink,
} from '../../domain/customer.ts';
import type { Observation } from '../../domain/portfolio.ts';
import type { Tables } from '../database/tables.ts';
import { padded } from './pieces.ts';
import type { PortfolioCustomersTable, PortfolioSubscriptionsTable } from './portfolio-tables.ts';
import type { BillingRow, ResellerRow } from './rows.ts';

export type StoredSubscription = Selectable<PortfolioSubscriptionsTable>;
export type StoredCustomer = Selectable<PortfolioCustomersTable>;

/** The customers whose rows an observation or a link touches. */
export interface Involved {
  readonly billing: readonly BillingCustomerKey[];
  readonly resellerCustomerIds: readonly string[];
  readonly accountIds: readonly string[];
}

/** Everything that is stored about some customers. */
export interface Batch {
  readonly links: readonly CustomerLink[];
  readonly subscriptions: ReadonlyMap<string, StoredSubscription>;
  readonly customers: ReadonlyMap<string, StoredCustomer>;
  /** By `billingKeyString`. */
  readonly billing: ReadonlyMap<string, BillingRow>;
  readonly reseller: ReadonlyMap<string, ResellerRow>;
}

export function involvedIn(observations: readonly Observation[]): Involved {
  const billing = new Map<string, BillingCustomerKey>();
  const resellerCustomerIds = new Set<string>();
  const accountIds = new Set<string>();
  for (const { observed } of observations) {
    switch (observed.type) {
      case 'subscription':
        resellerCustomerIds.add(observed.subscription.customerId);
        break;
      case 'reseller-customer':
        resellerCustomerIds.add(observed.customer.customerId);
        break;
      case 'subscription-gone':
      case 'reseller-customer-gone':
        resellerCustomerIds.add(observed.customerId);
        break;
      case 'account':
        accountIds.add(observed.accountId);
        break;
      default:
        billing.set(billingKeyString(observed.key), observed.key);
    }
  }
  return {
    billing: [...billing.values()],
    resellerCustomerIds: [...resellerCustomerIds],
    accountIds: [...accountIds],
  };
}

/** Loads all rows of the involved customers, and of the customers linked to them. */
export async function loadBatch(db: Kysely<Tables>, involved: Involved): Promise<Batch> {
  const byAccount = await billingOfAccounts(db, involved.accountIds);
  const keys = [...involved.billing, ...byAccount.map(keyOf)];
  const links = await linksOf(db, keys, involved.resellerCustomerIds);
  const allKeys = uniqueKeys([...keys, ...links.map(({ billing }) => billing)]);
  const ids = [
    ...new Set([
      ...involved.resellerCustomerIds,
      ...links.map(({ resellerCustomerId }) => resellerCustomerId),
    ]),
  ];
  const billing = await billingOfKeys(db, allKeys);
  const ofReseller = ids.length > 0 ? await rowsOfReseller(db, padded(ids)) : NO_ROWS;
  const customers = [...ofReseller.customers, ...(await customersOfKeys(db, allKeys))];
  return {
    links,
    subscriptions: new Map(ofReseller.subscriptions.map((row) => [row.id, row])),
    customers: new Map(customers.map((row) => [row.id, row])),
    billing: new Map(billing.map((row) => [billingKeyString(keyOf(row)), row])),
    reseller: new Map(ofReseller.halves.map((row) => [row.customer_id, row])),
  };
}

export function keyOf(row: Pick<BillingRow, 'reseller_id' | 'customer_id'>): BillingCustomerKey {
  return { resellerId: row.reseller_id, customerId: row.customer_id };
}

interface RowsOfReseller {
  readonly subscriptions: readonly StoredSubscription[];
  readonly halves: readonly ResellerRow[];
  readonly customers: readonly StoredCustomer[];
}

const NO_ROWS: RowsOfReseller = { subscriptions: [], halves: [], customers: [] };

async function rowsOfReseller(db: Kysely<Tables>, ids: readonly string[]): Promise<RowsOfReseller> {
  return {
    subscriptions: await db
      .selectFrom('portfolio_subscriptions')
      .selectAll()
      .where('customer_id', 'in', ids)
      .execute(),
    halves: await db
      .selectFrom('portfolio_reseller')
      .selectAll()
      .where('customer_id', 'in', ids)
      .execute(),
    customers: await db
      .selectFrom('portfolio_customers')
      .selectAll()
      .where('reseller_customer_id', 'in', ids)
      .execute(),
  };
}

function uniqueKeys(keys: readonly BillingCustomerKey[]): BillingCustomerKey[] {
  return [...new Map(keys.map((key) => [billingKeyString(key), key])).values()];
}

async function billingOfAccounts(
  db: Kysely<Tables>,
  ids: readonly string[],
): Promise<readonly BillingRow[]> {
  if (ids.length === 0) return [];
  return db
    .selectFrom('portfolio_billing')
    .selectAll()
    .where('account_id', 'in', padded(ids))
    .execute();
}

async function billingOfKeys(
  db: Kysely<Tables>,
  keys: readonly BillingCustomerKey[],
): Promise<readonly BillingRow[]> {
  if (keys.length === 0) return [];
  return db
    .selectFrom('portfolio_billing')
    .selectAll()
    .where(isOneOf('reseller_id', 'customer_id', keys))
    .execute();
}

async function customersOfKeys(
  db: Kysely<Tables>,
  keys: readonly BillingCustomerKey[],
): Promise<readonly StoredCustomer[]> {
  if (keys.length === 0) return [];
  return db
    .selectFrom('portfolio_customers')
    .selectAll()
    .where(isOneOf('reseller_id', 'billing_customer_id', keys))
    .execute();
}

function isOneOf(reseller: string, customer: string, keys: readonly BillingCustomerKey[]) {
  const pairs = padded(keys).map((key) => sql`(${key.resellerId}, ${key.customerId})`);
  return sql<boolean>`(${sql.ref(reseller)}, ${sql.ref(customer)}) in (values ${sql.join(pairs)})`;
}

async function linksOf(
  db: Kysely<Tables>,
  keys: readonly BillingCustomerKey[],
  resellerCustomerIds: readonly string[],
): Promise<readonly CustomerLink[]> {
  const all = db
    .selectFrom('customer_links')
    .select(['reseller_id', 'customer_id', 'reseller_customer_id']);
  const found = [
    ...(keys.length > 0
      ? await all.where(isOneOf('reseller_id', 'customer_id', keys)).execute()
      : []),
    ...(resellerCustomerIds.length > 0
      ? await all.where('reseller_customer_id', 'in', padded(resellerCustomerIds)).execute()
      : []),
  ];
  const links = found.map((row) => ({
    billing: keyOf(row),
    resellerCustomerId: row.reseller_customer_id,
  }));
  return [...new Map(links.map((link) => [link.resellerCustomerId, link])).values()];
}
