/** One page of a list, newest first: at most `limit` rows, and never more than 1000, below `before`. */
export interface PageQuery<Filter> {
  readonly filter: Filter;
  /** A number or sequence; null begins with the newest. */
  readonly before: number | null;
  readonly limit: number;
}

/** Pages that one statement reads: SQLite joins at most 500. */
const PAGES_AT_ONCE = 250;

/**
 * Answers many pages with few statements.
 * @param read gives the rows of all of them, each with the place of its page among those it was given
 */
export async function readPages<Filter, Row extends { readonly page: number }>(
  queries: readonly PageQuery<Filter>[],
  read: (queries: readonly PageQuery<Filter>[]) => Promise<readonly Row[]>,
): Promise<Row[][]> {
  const pages: Row[][] = queries.map(() => []);
  for (let start = 0; start < queries.length; start += PAGES_AT_ONCE) {
    const rows = await read(queries.slice(start, start + PAGES_AT_ONCE));
    for (const row of rows) pages[start + row.page]?.push(row);
  }
  return pages;
}
