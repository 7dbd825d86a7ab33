import type { Kysely, SelectQueryBuilder } from 'kysely';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

/** One page of a list, newest first: at most `limit` rows (1000 at most) below `before`. */
export interface PageQuery<Filter> {
  readonly filter: Filter;
  /** A row number or sequence; null starts with the newest row. */
  readonly before: number | null;
  readonly limit: number;
}

/** Pages per statement; SQLite allows 500 terms in a compound SELECT. */
const PAGES_AT_ONCE = 250;

/**
 * Reads many pages with few statements. The rows of a page are in no particular order.
 * @param termsOf the queries of several pages, each with the index of its page in the column `page`
 */
export async function readPages<
  Query,
  DB,
  TB extends keyof DB,
  Row extends { readonly page: number },
>(
  database: Database,
  queries: readonly Query[],
  termsOf: (
    db: Kysely<Tables>,
    queries: readonly Query[],
  ) => Terms<DB, TB, Row> | Promise<Terms<DB, TB, Row>>,
): Promise<Row[][]> {
  const pages: Row[][] = queries.map(() => []);
  for (let start = 0; start < queries.length; start += PAGES_AT_ONCE) {
    const some = queries.slice(start, start + PAGES_AT_ONCE);
    const rows = await database.read(async (db) => {
      const [first, ...more] = await termsOf(db, some);
      return first ? more.reduce((all, term) => all.unionAll(term), first).execute() : [];
    });
    for (const row of rows) pages[start + row.page]?.push(row);
  }
  return pages;
}

type Terms<DB, TB extends keyof DB, Row> = readonly SelectQueryBuilder<DB, TB, Row>[];
