import { type Kysely, sql } from 'kysely';
import type { OperationEntry } from '../../domain/operation.ts';
import type { Database } from '../database/database.ts';
import { type PageQuery, readPages } from '../database/pages.ts';
import type { Tables } from '../database/tables.ts';
import {
  matches,
  matchesNothing,
  type OperationFilter,
  withStatuses,
} from './operation-conditions.ts';
import { findFew, numbersOf, numbersWithin, partsOf } from './operation-parts.ts';
import { latestEntries, MAX_ROWS, toEntry } from './rows.ts';

/** An operation in its latest state, with its position in the list. */
export interface ListedOperation {
  /** Increases with every operation and stays the same while the operation changes. */
  readonly number: number;
  readonly entry: OperationEntry;
}

/** The rows read depend on the page size, not on the size of the journal. */
export function operationPages(database: Database) {
  return {
    /** Pages of operations in their latest state, newest first, in the order of the queries. */
    async pages(
      queries: readonly PageQuery<OperationFilter>[],
    ): Promise<readonly (readonly ListedOperation[])[]> {
      const found = await readPages(database, queries, async (db, some) => {
        const few = await findFew(
          db,
          some.map(({ filter }) => filter),
        );
        return some.flatMap((query, page) => pageQuery(db, query, page, few.has(query.filter)));
      });
      return found.map((rows) =>
        rows
          .toSorted((a, b) => b.number - a.number)
          .map((row) => ({ number: row.number, entry: toEntry(row) })),
      );
    },
    /** The numbers of operations that match the filters, in their order. */
    async counts(filters: readonly OperationFilter[]): Promise<readonly number[]> {
      const found = await readPages(database, filters, async (db, some) => {
        const few = await findFew(db, some);
        return some.flatMap((filter, page) => countQuery(db, filter, page, few.has(filter)));
      });
      return found.map(([row]) => Number(row?.count ?? 0));
    },
  };
}

/**
 * An empty list when the query cannot match anything.
 * @param isFew whether few operations started in the period of the filter
 */
function pageQuery(
  db: Kysely<Tables>,
  query: PageQuery<OperationFilter>,
  page: number,
  isFew: boolean,
) {
  const { filter } = query;
  const limit = Math.min(query.limit, MAX_ROWS);
  const before = query.before ?? Number.MAX_SAFE_INTEGER;
  if (limit <= 0 || matchesNothing(filter)) return [];
  const newest = latestEntries(db)
    .select(sql.lit(page).as('page'))
    .orderBy('o.number', 'desc')
    .limit(limit);
  const within = isFew ? numbersWithin(db, filter) : undefined;
  const matching = newest.where('o.number', '<', before).where(matches(filter, 'o', !within));
  const parts = within ? null : partsOf(filter);
  const found = within
    ? matching.where('o.number', 'in', within)
    : parts
      ? newest.where('o.number', 'in', numbersOf(db, parts, before, limit))
      : matching;
  return [db.selectFrom(found.as('found')).selectAll()];
}

/** An empty list when the filter cannot match anything. */
function countQuery(db: Kysely<Tables>, filter: OperationFilter, page: number, isFew: boolean) {
  if (matchesNothing(filter)) return [];
  const within = isFew ? numbersWithin(db, filter) : undefined;
  const counted = db
    .selectFrom('operations')
    .select(({ fn }) => [sql.lit(page).as('page'), fn.countAll<number | string>().as('count')])
    // Inserted in the transaction that appends its first entry, so it is never seen without one.
    .where(matches(withStatuses(filter), 'operations', !within));
  return [within ? counted.where('number', 'in', within) : counted];
}
