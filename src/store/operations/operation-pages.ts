import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { type PageQuery, readPages } from '../database/pages.ts';
import type { Tables } from '../database/tables.ts';
import { isOfTenant } from '../links/tenant-conditions.ts';
import type { OperationFilter, OperationJournal } from './journal.ts';
import { latestEntries, MAX_ROWS, toEntry } from './rows.ts';

/** The rows read depend on the page size, not on the size of the journal, unless kind or time filter. */
export function operationPages(database: Database): Pick<OperationJournal, 'pages' | 'counts'> {
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
    async counts(filters) {
      const found = await readPages(filters, (some) =>
        database.read(async (db) => {
          const parts = some.flatMap((filter, page) => countQuery(db, filter, page));
          if (parts.length === 0) return [];
          return parts.reduce((all, part) => all.unionAll(part)).execute();
        }),
      );
      return found.map(([row]) => Number(row?.count ?? 0));
    },
  };
}

function matchesNothing({ statuses, kinds }: OperationFilter): boolean {
  return statuses?.length === 0 || kinds?.length === 0;
}

/** An empty list when the query cannot match anything. */
function pageQuery(db: Kysely<Tables>, query: PageQuery<OperationFilter>, page: number) {
  const { filter } = query;
  const { customer, statuses } = filter;
  const limit = Math.min(query.limit, MAX_ROWS);
  const before = query.before ?? Number.MAX_SAFE_INTEGER;
  if (limit <= 0 || matchesNothing(filter)) return [];
  const newest = latestEntries(db)
    .select(sql.lit(page).as('page'))
    .orderBy('o.number', 'desc')
    .limit(limit);
  const found =
    statuses && !customer
      ? newest.where('o.number', 'in', numbersOf(db, { ...filter, statuses }, before, limit))
      : newest.where('o.number', '<', before).where(matches(filter, 'o'));
  return [db.selectFrom(found.as('found')).selectAll()];
}

/** An empty list when the filter cannot match anything. */
function countQuery(db: Kysely<Tables>, filter: OperationFilter, page: number) {
  if (matchesNothing(filter)) return [];
  return [
    db
      .selectFrom('operations')
      .select(({ fn }) => [sql.lit(page).as('page'), fn.countAll<number | string>().as('count')])
      // Inserted in the transaction that appends its first entry, so it is never seen without one.
      .where(matches(filter, 'operations')),
  ];
}

/**
 * The newest operations of each status, each read from the index: a single condition on all statuses
 * would sort every operation that has one of them. It is one statement, so an operation whose status
 * changes during the read is not missed.
 */
function numbersOf(
  db: Kysely<Tables>,
  filter: OperationFilter & Required<Pick<OperationFilter, 'statuses'>>,
  before: number,
  limit: number,
) {
  const queries = [...new Set(filter.statuses)].map((status) => {
    const own = db
      .selectFrom('operations')
      .select('number')
      .where('number', '<', before)
      .where(matches({ ...filter, statuses: [status] }, 'operations'));
    return db
      .selectFrom(own.orderBy('number', 'desc').limit(limit).as(String(status)))
      .select('number');
  });
  return queries.reduce((all, query) => all.unionAll(query));
}

/** Whether an operation matches every condition of a filter. */
function matches(filter: OperationFilter, table: string): RawBuilder<boolean> {
  const { customer, statuses, kinds, from, until, tenant } = filter;
  const column = (name: string) => sql.ref(`${table}.${name}`);
  // An instance of an earlier version leaves both columns empty.
  const kind = sql`coalesce(${column('kind')}, 'UNKNOWN')`;
  const startedAt = sql`coalesce(${column('started_at')}, ${column('first_seen_at')})`;
  const conditions = [
    customer && sql`${column('reseller_id')} = ${customer.resellerId}`,
    customer && sql`${column('customer_id')} = ${customer.customerId}`,
    statuses && isOneOf(column('status'), statuses),
    kinds && isOneOf(kind, kinds),
    from && sql`${startedAt} >= ${from.getTime()}`,
    until && sql`${startedAt} < ${until.getTime()}`,
    tenant && isOfTenant(tenant, `${table}.reseller_id`),
  ].filter((condition) => condition !== undefined);
  return conditions.length === 0 ? sql`1 = 1` : sql`${sql.join(conditions, sql` and `)}`;
}

function isOneOf(column: RawBuilder<unknown>, values: readonly string[]): RawBuilder<unknown> {
  const [only, ...others] = values;
  // Equality with one value reads the index in the order of the numbers.
  return others.length === 0 ? sql`${column} = ${only}` : sql`${column} in (${sql.join(values)})`;
}
