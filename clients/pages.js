/**
 * Reads a list page by page until its end.
 * @param fetchPage returns the page after a cursor, the first one for null; null ends the list
 */
export async function* pagesOf(fetchPage) {
    let after = null;
    do {
        const page = await fetchPage(after);
        if (!page)
            return;
        yield page;
        after = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
    } while (after !== null);
}
/** Reads all nodes of a list, page by page. See `pagesOf`. */
export async function* nodesOf(fetchPage) {
    for await (const { nodes } of pagesOf(fetchPage))
        yield* nodes;
}
