/** The part of a connection that paging needs. Select both fields of `pageInfo`. */
export interface Page {
    readonly pageInfo: {
        readonly hasNextPage: boolean;
        readonly endCursor?: string | null;
    };
}
/**
 * Reads a list page by page until its end.
 * @param fetchPage returns the page after a cursor, the first one for null; null ends the list
 */
export declare function pagesOf<T extends Page>(fetchPage: (after: string | null) => Promise<T | null | undefined>): AsyncGenerator<T, void, undefined>;
/** Reads all nodes of a list, page by page. See `pagesOf`. */
export declare function nodesOf<T>(fetchPage: (after: string | null) => Promise<(Page & {
    readonly nodes: readonly T[];
}) | null | undefined>): AsyncGenerator<T, void, undefined>;
