import type { Kysely } from 'kysely';
import type {
  PortfolioCustomer,
  PortfolioSubscription,
  PortfolioSummary,
} from '../../domain/portfolio.ts';
import type { CustomerOrderField, SubscriptionOrderField } from '../../domain/portfolio-filter.ts';
import type { SubscriptionStock } from '../../domain/subscription-target.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { isTenantsCustomer } from '../links/tenant-conditions.ts';
import { MAX_ROWS } from '../operations/rows.ts';
import type { StoredCustomer, StoredSubscription } from './batch.ts';
import { PortfolioList } from './list.ts';
import { customerOrder, type SqlOrder, subscriptionOrder } from './places.ts';
import type { Placed, PortfolioPageQuery, PortfolioSelection } from './queries.ts';
import { subscriptionRowId, toCustomer, toSubscription } from './rows.ts';
import { summaryOf } from './summary.ts';

export function portfolioReads(database: Database) {
  const subscriptions = new PortfolioList<StoredSubscription>(database, 's');
  const customers = new PortfolioList<StoredCustomer>(database, 'c');
  return {
    async subscriptions(
      query: PortfolioPageQuery<SubscriptionOrderField>,
    ): Promise<readonly Placed<PortfolioSubscription>[]> {
      const order = subscriptionOrder(query.order);
      const rows = await subscriptions.page(query, order);
      return rows.map((row) => placed(row, order, toSubscription));
    },
    async customers(
      query: PortfolioPageQuery<CustomerOrderField>,
    ): Promise<readonly Placed<PortfolioCustomer>[]> {
      const order = customerOrder(query.order);
      const rows = await customers.page(query, order);
      return rows.map((row) => placed(row, order, toCustomer));
    },
    countSubscriptions: (selection: PortfolioSelection) => subscriptions.count(selection),
    countCustomers: (selection: PortfolioSelection) => customers.count(selection),
    async summary(selection: PortfolioSelection): Promise<PortfolioSummary> {
      const where = await subscriptions.where(selection);
      return database.read((db) => summaryOf(db, where));
    },
    /** The row of a subscription, gone or not; null when there is none or the tenant does not see it. */
    async subscription(
      customerId: string,
      skuId: string,
      tenant: Tenant | undefined,
    ): Promise<PortfolioSubscription | null> {
      const row = await database.read((db) =>
        subscriptionRow(db, tenant)
          .where('customer_id', '=', customerId)
          .where('sku_id', '=', skuId)
          .executeTakeFirst(),
      );
      return row ? toSubscription(row) : null;
    },
    /**
     * The ids of the subscriptions that own their SKUs, in the order of the keys; null when the row is
     * missing or gone.
     */
    async owners(keys: readonly SubscriptionStock[]): Promise<readonly (string | null)[]> {
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
