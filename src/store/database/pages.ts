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
 * Reads many pages with few statements.
 * @param read returns the rows of all queries, each with the index of its query in `page`
 */
export async function readPages<Query, Row extends { readonly page: number }>(
  queries: readonly Query[],
  read: (queries: readonly Query[]) => Promise<readonly Row[]>,
): Promise<Row[][]> {
  const pages: Row[][] = queries.map(() => []);
  for (let start = 0; start < queries.length; start += PAGES_AT_ONCE) {
    const rows = await read(queries.slice(start, start + PAGES_AT_ONCE));
    for (const row of rows) pages[start + row.page]?.push(row);
  }
  return pages;
}
