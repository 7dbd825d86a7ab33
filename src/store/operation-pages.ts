import type { Kysely } from 'kysely';
import type { OperationStatus } from '../domain/operation.ts';
import type { Database } from './database/database.ts';
import type { Tables } from './database/tables.ts';
import type { DurableJournal, OperationFilter } from './durable-journal.ts';
import { latestEntries, MAX_ROWS, toEntry } from './rows.ts';

/** Pages of operations. What they read grows with the page, not with the journal. */
export function operationPages(database: Database): Pick<DurableJournal, 'page'> {
  return {
    async page(filter, before, limit) {
      const rows = Math.min(limit, MAX_ROWS);
      if (rows <= 0 || filter.statuses?.length === 0) return [];
      const found = await database.read((db) =>
        pageQuery(db, filter, before ?? Number.MAX_SAFE_INTEGER, rows).execute(),
      );
      return found.map((row) => ({ number: row.number, entry: toEntry(row) }));
    },
  };
}

/** Exported for the test of its plan. */
export function pageQuery(
  db: Kysely<Tables>,
  { customer, statuses }: OperationFilter,
  before: number,
  limit: number,
) {
  const newest = latestEntries(db).orderBy('o.number', 'desc').limit(limit);
  if (customer) {
    const own = newest
      .where('o.number', '<', before)
      .where('o.reseller_id', '=', customer.resellerId)
      .where('o.customer_id', '=', customer.customerId);
    return statuses ? own.where('o.status', 'in', [...statuses]) : own;
  }
  if (!statuses) return newest.where('o.number', '<', before);
  return newest.where('o.number', 'in', numbersOf(db, statuses, before, limit));
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
