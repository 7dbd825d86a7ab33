import type { Database } from '../database/database.ts';
import { keyOf } from './batch.ts';

/** The rows that a sweep has yet to look at. */
export function sweepReads(database: Database) {
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
    /** Rows of each kind that are not gone, and how many of them were last observed before a time. */
    async seen(before: number) {
      const [subscriptions, billing, unseen, unseenCustomers] = await Promise.all([
        count('portfolio_subscriptions', null),
        count('portfolio_billing', null),
        count('portfolio_subscriptions', before),
        count('portfolio_billing', before),
      ]);
      return [
        { kind: 'subscriptions', rows: subscriptions, unseen },
        { kind: 'billing customers', rows: billing, unseen: unseenCustomers },
      ] as const;
    },
    async unseenSubscriptions(before: number, limit: number) {
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
    async unseenBilling(before: number, limit: number) {
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
    /** Reseller customers whose details were read before a time, those never read first. */
    async staleResellerCustomers(before: number, limit: number): Promise<readonly string[]> {
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
    /** Accounts that were read before a time, those never read first. */
    async staleAccounts(before: number, limit: number): Promise<readonly string[]> {
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
    /** Reseller customers of links that no list has returned yet. */
    async unknownLinked(limit: number): Promise<readonly string[]> {
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
