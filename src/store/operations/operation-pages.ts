import { type Kysely, sql } from 'kysely';
import type { OperationStatus } from '../../domain/operation.ts';
import type { Database } from '../database/database.ts';
import { type PageQuery, readPages } from '../database/pages.ts';
import type { Tables } from '../database/tables.ts';
import type { DurableJournal, ListedOperation, OperationFilter } from './journal.ts';
import { latestEntries, MAX_ROWS, toEntry } from './rows.ts';

/** Pages of operations. What they read grows with the pages, not with the journal. */
export function operationPages(database: Database): Pick<DurableJournal, 'page' | 'pages'> {
  async function pages(
    queries: readonly PageQuery<OperationFilter>[],
  ): Promise<readonly (readonly ListedOperation[])[]> {
    const found = await readPages(queries, (some) =>
      database.read(async (db) => {
        const parts = some.flatMap((query, page) => pageQuery(db, query, page));
        if (parts.length === 0) return [];
        return parts.reduce((all, part) => all.unionAll(part)).execute();
      }),
    );
    return found.map((rows) =>
      // Joined rows come in no order.
      rows
        .toSorted((a, b) => b.number - a.number)
        .map((row) => ({ number: row.number, entry: toEntry(row) })),
    );
  }

  return {
    pages,
    async page(filter, before, limit) {
      const [page = []] = await pages([{ filter, before, limit }]);
      return page;
    },
  };
}

/** None when nothing can be found. */
function pageQuery(db: Kysely<Tables>, query: PageQuery<OperationFilter>, page: number) {
  const { customer, statuses } = query.filter;
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
    found = newest.where('o.number', 'in', numbersOf(db, statuses, before, limit));
  } else {
    found = newest.where('o.number', '<', before);
  }
  return [db.selectFrom(found.as('found')).selectAll()];
}

/**
 * The newest of each status, each by its index: one search for all of them would sort, or read past,
 * everything that has these statuses. One statement, so that an operation that changes its status
 * meanwhile is not missed.
 */
function numbersOf(
  db: Kysely<Tables>,
  statuses: readonly OperationStatus[],
  before: number,
  limit: number,
) {
  const queries = [...new Set(statuses)].map((status) =>
    db
      .selectFrom(
        db
          .selectFrom('operations')
          .select('number')
          .where('status', '=', status)
          .where('number', '<', before)
          .orderBy('number', 'desc')
          .limit(limit)
          .as(status),
      )
      .select('number'),
  );
  return queries.reduce((all, query) => all.unionAll(query));
}
