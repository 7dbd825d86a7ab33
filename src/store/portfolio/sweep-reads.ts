import type { BillingCustomerKey } from '../../domain/customer.ts';
import type { Database } from '../database/database.ts';
import { keyOf } from './batch.ts';

interface UnseenSubscription {
  readonly customerId: string;
  readonly skuId: string;
  readonly subscriptionId: string;
}

interface UnseenBilling {
  readonly key: BillingCustomerKey;
  readonly accountId: string;
}

interface SeenRows {
  readonly kind: 'subscriptions' | 'billing customers';
  readonly rows: number;
  readonly unseen: number;
}

/** The rows that a sweep has yet to look at. */
export interface SweepReads {
  /** Rows of each kind that are not gone, and how many of them were last observed before a time. */
  seen(before: number): Promise<readonly SeenRows[]>;
  unseenSubscriptions(before: number, limit: number): Promise<readonly UnseenSubscription[]>;
  unseenBilling(before: number, limit: number): Promise<readonly UnseenBilling[]>;
  /** Reseller customers whose details were read before a time, those never read first. */
  staleResellerCustomers(before: number, limit: number): Promise<readonly string[]>;
  /** Accounts that were read before a time, those never read first. */
  staleAccounts(before: number, limit: number): Promise<readonly string[]>;
  /** Reseller customers of links that no list has returned yet. */
  unknownLinked(limit: number): Promise<readonly string[]>;
}

export function sweepReads(database: Database): SweepReads {
  return { ...unseenReads(database), ...staleReads(database) };
}

type Unseen = Pick<SweepReads, 'seen' | 'unseenSubscriptions' | 'unseenBilling'>;

function unseenReads(database: Database): Unseen {
  const count = (table: 'portfolio_subscriptions' | 'portfolio_billing', before: number | null) =>
    database.read(async (db) => {
      const all = db
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<number | string>().as('count'))
        .where('gone', '=', 0);
      const query = before === null ? all : all.where('observed_at', '<', before);
      return Number((await query.executeTakeFirstOrThrow()).count);
    });
  return {
    async seen(before) {
      const [subscriptions, billing, unseen, unseenCustomers] = await Promise.all([
        count('portfolio_subscriptions', null),
        count('portfolio_billing', null),
        count('portfolio_subscriptions', before),
        count('portfolio_billing', before),
      ]);
      return [
        { kind: 'subscriptions', rows: subscriptions, unseen },
        { kind: 'billing customers', rows: billing, unseen: unseenCustomers },
      ];
    },
    async unseenSubscriptions(before, limit) {
      const rows = await database.read((db) =>
        db
          .selectFrom('portfolio_subscriptions')
          .select(['customer_id', 'sku_id', 'subscription_id'])
          .where('gone', '=', 0)
          .where('observed_at', '<', before)
          .orderBy('observed_at')
          .limit(limit)
          .execute(),
      );
      return rows.map((row) => ({
        customerId: row.customer_id,
        skuId: row.sku_id,
        subscriptionId: row.subscription_id,
      }));
    },
    async unseenBilling(before, limit) {
      const rows = await database.read((db) =>
        db
          .selectFrom('portfolio_billing')
          .select(['reseller_id', 'customer_id', 'account_id'])
          .where('gone', '=', 0)
          .where('observed_at', '<', before)
          .orderBy('observed_at')
          .limit(limit)
          .execute(),
      );
      return rows.map((row) => ({ key: keyOf(row), accountId: row.account_id }));
    },
  };
}

type Stale = Pick<SweepReads, 'staleResellerCustomers' | 'staleAccounts' | 'unknownLinked'>;

function staleReads(database: Database): Stale {
  return {
    async staleResellerCustomers(before, limit) {
      const rows = await database.read((db) =>
        db
          .selectFrom('portfolio_reseller')
          .select('customer_id')
          .where('gone', '=', 0)
          .where('details_at', '<', before)
          .orderBy('details_at')
          .limit(limit)
          .execute(),
      );
      return rows.map((row) => row.customer_id);
    },
    async staleAccounts(before, limit) {
      const rows = await database.read((db) =>
        db
          .selectFrom('portfolio_billing')
          .select('account_id')
          .where('gone', '=', 0)
          .where('account_id', '<>', '')
          .where('details_at', '<', before)
          .orderBy('details_at')
          .limit(limit)
          .execute(),
      );
      return rows.map((row) => row.account_id);
    },
    async unknownLinked(limit) {
      const rows = await database.read((db) =>
        db
          .selectFrom('customer_links as l')
          .leftJoin('portfolio_reseller as r', 'r.customer_id', 'l.reseller_customer_id')
          .select('l.reseller_customer_id')
          .where('r.customer_id', 'is', null)
          .limit(limit)
          .execute(),
      );
      return rows.map((row) => row.reseller_customer_id);
    },
  };
}
