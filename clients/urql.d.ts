type Key = (data: {
    readonly id?: unknown;
}) => string | null;
interface TypeReference {
    readonly kind: 'NON_NULL' | 'LIST' | 'SCALAR';
    readonly name?: string;
    readonly ofType?: TypeReference;
}
interface IntrospectedType {
    readonly kind: 'OBJECT' | 'INTERFACE' | 'UNION';
    readonly name: string;
    readonly fields: readonly {
        readonly name: string;
        readonly type: TypeReference;
        readonly args: [];
    }[];
    readonly interfaces: readonly {
        readonly kind: 'INTERFACE';
        readonly name: string;
    }[];
    readonly possibleTypes: readonly {
        readonly kind: 'OBJECT';
        readonly name: string;
    }[];
}
/**
 * The options of graphcache's `cacheExchange(...)` that this schema needs: its schema, as far as
 * graphcache reads it, and the keys of objects.
 */
export declare const graphcacheOptions: {
    schema: {
        __schema: {
            queryType: {
                name: string;
                kind?: never;
            };
            mutationType: {
                name: string;
                kind?: never;
            };
            subscriptionType: {
                name: string;
                kind?: never;
            };
            types: readonly IntrospectedType[];
        };
    };
    keys: Record<string, Key>;
};
export {};
