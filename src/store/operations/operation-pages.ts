import { type Kysely, sql } from 'kysely';
import type { OperationStatus } from '../../domain/operation.ts';
import type { Database } from '../database/database.ts';
import { type PageQuery, readPages } from '../database/pages.ts';
import type { Tables } from '../database/tables.ts';
import { isOfTenant } from '../links/tenant-conditions.ts';
import type { OperationFilter, OperationJournal } from './journal.ts';
import { latestEntries, MAX_ROWS, toEntry } from './rows.ts';

/** The rows read depend on the page size, not on the size of the journal. */
export function operationPages(database: Database): Pick<OperationJournal, 'pages'> {
  return {
    async pages(queries) {
      const found = await readPages(queries, (some) =>
        database.read(async (db) => {
          const parts = some.flatMap((query, page) => pageQuery(db, query, page));
          if (parts.length === 0) return [];
          return parts.reduce((all, part) => all.unionAll(part)).execute();
        }),
      );
      return found.map((rows) =>
        // A union returns its rows in no particular order.
        rows
          .toSorted((a, b) => b.number - a.number)
          .map((row) => ({ number: row.number, entry: toEntry(row) })),
      );
    },
  };
}

/** An empty list when the query cannot match anything. */
function pageQuery(db: Kysely<Tables>, query: PageQuery<OperationFilter>, page: number) {
  const { customer, statuses, tenant } = query.filter;
  const limit = Math.min(query.limit, MAX_ROWS);
  const before = query.before ?? Number.MAX_SAFE_INTEGER;
  if (limit <= 0 || statuses?.length === 0) return [];
  const newest = latestEntries(db)
    .select(sql.lit(page).as('page'))
    .orderBy('o.number', 'desc')
    .limit(limit);
  let found = newest;
  if (customer) {
    found = newest
      .where('o.number', '<', before)
      .where('o.reseller_id', '=', customer.resellerId)
      .where('o.customer_id', '=', customer.customerId);
    if (statuses) found = found.where('o.status', 'in', [...statuses]);
  } else if (statuses) {
    found = newest.where('o.number', 'in', numbersOf(db, { statuses, tenant }, before, limit));
  } else {
    found = newest.where('o.number', '<', before);
  }
  if (tenant) found = found.where(isOfTenant(tenant, 'o.reseller_id'));
  return [db.selectFrom(found.as('found')).selectAll()];
}

/**
 * The newest operations of each status, each read from the index: a single condition on all statuses
 * would sort every operation that has one of them. It is one statement, so an operation whose status
 * changes during the read is not missed.
 */
function numbersOf(
  db: Kysely<Tables>,
  {
    statuses,
    tenant,
  }: { readonly statuses: readonly OperationStatus[] } & Pick<OperationFilter, 'tenant'>,
  before: number,
  limit: number,
) {
  const queries = [...new Set(statuses)].map((status) => {
    const all = db
      .selectFrom('operations')
      .select('number')
      .where('status', '=', status)
      .where('number', '<', before);
    const own = tenant ? all.where(isOfTenant(tenant, 'operations.reseller_id')) : all;
    return db.selectFrom(own.orderBy('number', 'desc').limit(limit).as(status)).select('number');
  });
  return queries.reduce((all, query) => all.unionAll(query));
}
