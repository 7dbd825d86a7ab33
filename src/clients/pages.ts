/** The part of a connection that paging needs. Select both fields of `pageInfo`. */
export interface Page {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
}

/**
 * Reads a list page by page until its end.
 * @param fetchPage returns the page after a cursor, the first one for null; null ends the list
 */
export async function* pagesOf<T extends Page>(
  fetchPage: (after: string | null) => Promise<T | null | undefined>,
): AsyncGenerator<T, void, undefined> {
  let after: string | null = null;
  do {
    const page: T | null | undefined = await fetchPage(after);
    if (!page) return;
    yield page;
    after = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
  } while (after !== null);
}

/** Reads all nodes of a list, page by page. See `pagesOf`. */
export async function* nodesOf<T>(
  fetchPage: (
    after: string | null,
  ) => Promise<(Page & { readonly nodes: readonly T[] }) | null | undefined>,
): AsyncGenerator<T, void, undefined> {
  for await (const { nodes } of pagesOf(fetchPage)) yield* nodes;
}
