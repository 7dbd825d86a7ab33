/** The options of `new InMemoryCache(...)` that this schema needs. */
export declare const cacheOptions: {
    possibleTypes: Record<string, string[]>;
    typePolicies: Record<string, {
        merge: true;
    }>;
};
interface StoredPage {
    readonly edges?: readonly unknown[];
    readonly nodes?: readonly unknown[];
    readonly pageInfo?: unknown;
}
/** A field policy that `connectionPages` returns. */
export interface ConnectionPolicy {
    keyArgs(args: Record<string, unknown> | null): string;
    merge(existing: StoredPage | undefined, incoming: StoredPage, options: {
        args: Record<string, unknown> | null;
    }): StoredPage;
}
/**
 * The field policy of a list whose pages `fetchMore` reads: they become one list, with `nodes` and
 * `edges`. A page without `after` starts the list again. Lists with other filters are kept apart.
 */
export declare function connectionPages(): ConnectionPolicy;
export {};
