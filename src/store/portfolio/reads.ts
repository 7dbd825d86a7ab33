import { type Kysely, type RawBuilder, sql } from 'kysely';
import { withoutGone } from '../../domain/portfolio-filter.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { isOfTenant, isTenantsCustomer } from '../links/tenant-conditions.ts';
import { MAX_ROWS } from '../operations/rows.ts';
import type { StoredCustomer, StoredSubscription } from './batch.ts';
import { type FilterTarget, whereOf } from './conditions.ts';
import {
  customerOrder,
  type Segment,
  type SqlOrder,
  segmentSql,
  segmentsFrom,
  subscriptionOrder,
} from './places.ts';
import type {
  Placed,
  PortfolioPageQuery,
  PortfolioSelection,
  PortfolioStore,
} from './portfolio-store.ts';
import { subscriptionRowId, toCustomer, toSubscription } from './rows.ts';
import { summaryOf } from './summary.ts';

/** One more than the largest page, to know whether another one follows. */
const MAX_LIMIT = 1001;

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
  const { kind } = database;
  return {
    async subscriptions(query) {
      const order = subscriptionOrder(query.order);
      const where = subscriptionWhere(query, kind);
      const read = (segment: Segment, limit: number) =>
        database.read((db) =>
          db
            .selectFrom('portfolio_subscriptions as s')
            .selectAll()
            .where(where)
            .where(segmentSql('s', order, segment).where)
            .orderBy(segmentSql('s', order, segment).orderBy)
            .limit(limit)
            .execute(),
        );
      const rows = await inSegments(query, order, read);
      return rows.map((row) => placed(row, order, toSubscription));
    },
    async customers(query) {
      const order = customerOrder(query.order);
      const where = customerWhere(query, kind);
      const read = (segment: Segment, limit: number) =>
        database.read((db) =>
          db
            .selectFrom('portfolio_customers as c')
            .selectAll()
            .where(where)
            .where(segmentSql('c', order, segment).where)
            .orderBy(segmentSql('c', order, segment).orderBy)
            .limit(limit)
            .execute(),
        );
      const rows = await inSegments(query, order, read);
      return rows.map((row) => placed(row, order, toCustomer));
    },
    async countSubscriptions(selection) {
      return database.read(async (db) => {
        const { count } = await db
          .selectFrom('portfolio_subscriptions as s')
          .select(({ fn }) => fn.countAll<number | string>().as('count'))
          .where(subscriptionWhere(selection, kind))
          .executeTakeFirstOrThrow();
        return Number(count);
      });
    },
    async countCustomers(selection) {
      return database.read(async (db) => {
        const { count } = await db
          .selectFrom('portfolio_customers as c')
          .select(({ fn }) => fn.countAll<number | string>().as('count'))
          .where(customerWhere(selection, kind))
          .executeTakeFirstOrThrow();
        return Number(count);
      });
    },
    summary: (selection) =>
      database.read((db) => summaryOf(db, subscriptionWhere(selection, kind))),
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

/** Reads the rows with a value first, and then those without one, unless there are enough. */
async function inSegments<Row>(
  { after, limit }: PortfolioPageQuery<unknown>,
  order: SqlOrder,
  read: (segment: Segment, limit: number) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const wanted = Math.min(limit, MAX_LIMIT);
  const rows: Row[] = [];
  for (const segment of segmentsFrom(after, order)) {
    if (rows.length < wanted) rows.push(...(await read(segment, wanted - rows.length)));
  }
  return rows;
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

export function subscriptionTarget(kind: Database['kind']): FilterTarget {
  return { kind, alias: 's', search: 'portfolio_subscription_search' };
}

function subscriptionWhere(
  { filter, tenant }: PortfolioSelection,
  kind: Database['kind'],
): RawBuilder<boolean> {
  const where = whereOf(withoutGone(filter), subscriptionTarget(kind));
  return tenant ? sql`${where} and ${isTenantsCustomer(tenant, 's.customer_id')}` : where;
}

function customerWhere(
  { filter, tenant }: PortfolioSelection,
  kind: Database['kind'],
): RawBuilder<boolean> {
  const target: FilterTarget = { kind, alias: 'c', search: 'portfolio_customer_search' };
  const where = whereOf(withoutGone(filter), target);
  return tenant ? sql`${where} and ${isTenantsRow(tenant)}` : where;
}

/** As the customer's link decides: a billing customer by its reseller, another one by its link. */
function isTenantsRow(tenant: Tenant): RawBuilder<boolean> {
  return sql`case when c.reseller_id is not null then ${isOfTenant(tenant, 'c.reseller_id')}
    else ${isTenantsCustomer(tenant, 'c.reseller_customer_id')} end`;
}
