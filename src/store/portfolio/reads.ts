import type { Kysely } from 'kysely';
import type { Tenant } from '../../domain/tenant.ts';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { isTenantsCustomer } from '../links/tenant-conditions.ts';
import { MAX_ROWS } from '../operations/rows.ts';
import type { StoredCustomer, StoredSubscription } from './batch.ts';
import { PortfolioList } from './list.ts';
import { customerOrder, type SqlOrder, subscriptionOrder } from './places.ts';
import type { Placed, PortfolioStore } from './portfolio-store.ts';
import { subscriptionRowId, toCustomer, toSubscription } from './rows.ts';
import { summaryOf } from './summary.ts';

type Reads = Pick<
  PortfolioStore,
  | 'subscriptions'
  | 'customers'
  | 'countSubscriptions'
  | 'countCustomers'
  | 'summary'
  | 'subscription'
  | 'owners'
>;

export function portfolioReads(database: Database): Reads {
  const subscriptions = new PortfolioList<StoredSubscription>(database, 's');
  const customers = new PortfolioList<StoredCustomer>(database, 'c');
  return {
    async subscriptions(query) {
      const order = subscriptionOrder(query.order);
      const rows = await subscriptions.page(query, order);
      return rows.map((row) => placed(row, order, toSubscription));
    },
    async customers(query) {
      const order = customerOrder(query.order);
      const rows = await customers.page(query, order);
      return rows.map((row) => placed(row, order, toCustomer));
    },
    countSubscriptions: (selection) => subscriptions.count(selection),
    countCustomers: (selection) => customers.count(selection),
    async summary(selection) {
      const where = await subscriptions.where(selection);
      return database.read((db) => summaryOf(db, where));
    },
    async subscription(customerId, skuId, tenant) {
      const row = await database.read((db) =>
        subscriptionRow(db, tenant)
          .where('customer_id', '=', customerId)
          .where('sku_id', '=', skuId)
          .executeTakeFirst(),
      );
      return row ? toSubscription(row) : null;
    },
    async owners(keys) {
      const ids = keys.map(({ customerId, skuId }) => subscriptionRowId(customerId, skuId));
      const owners = new Map<string, string>();
      for (let start = 0; start < ids.length; start += MAX_ROWS) {
        const rows = await database.read((db) =>
          db
            .selectFrom('portfolio_subscriptions')
            .select(['id', 'subscription_id'])
            .where('id', 'in', ids.slice(start, start + MAX_ROWS))
            .where('gone', '=', 0)
            .execute(),
        );
        for (const row of rows) owners.set(row.id, row.subscription_id);
      }
      return ids.map((id) => owners.get(id) ?? null);
    },
  };
}

function subscriptionRow(db: Kysely<Tables>, tenant: Tenant | undefined) {
  const rows = db.selectFrom('portfolio_subscriptions as s').selectAll();
  return tenant ? rows.where(isTenantsCustomer(tenant, 's.customer_id')) : rows;
}

function placed<Stored extends StoredSubscription | StoredCustomer, Row>(
  stored: Stored,
  { column }: SqlOrder,
  toRow: (stored: Stored) => Row,
): Placed<Row> {
  const value: unknown = new Map(Object.entries(stored)).get(column);
  const isValue = typeof value === 'string' || typeof value === 'number';
  return { row: toRow(stored), place: { value: isValue ? value : null, id: stored.id } };
}
