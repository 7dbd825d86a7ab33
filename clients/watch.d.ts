/** A request to subscribe. */
export interface SubscriptionRequest {
    /** The document, or its id when the gateway has it as a trusted document. */
    readonly query?: string;
    readonly documentId?: string;
    readonly variables?: Readonly<Record<string, unknown>>;
}
/** The client of graphql-ws or graphql-sse. */
export interface SubscriptionClient {
    subscribe(payload: {
        query: string;
        variables: Record<string, unknown>;
    }, sink: {
        next(value: never): void;
        error(error: unknown): void;
        complete(): void;
    }): () => void;
}
/** A state of an operation, as the product's document `WatchOperation` selects it. */
export interface OperationState {
    readonly id: string;
    readonly operationId: string;
    readonly kind: string;
    readonly status: string;
    readonly cursor: string;
    readonly createdAt: string;
    readonly modifiedAt: string | null;
    readonly result: {
        readonly code?: string;
        readonly message?: string;
    } | null;
}
/** What `follow` and `watchOperation` throw when the gateway ends a subscription with errors. */
export declare class SubscriptionFailed extends Error {
    readonly name = "SubscriptionFailed";
    /** Entries of `errors`: see `errorsOf`. */
    readonly errors: readonly unknown[];
    constructor(errors: readonly unknown[]);
}
/**
 * Follows an operation until it is final. After a reconnect by the client (see its option
 * `retryAttempts`), it continues after the last state that it received.
 * @param after the `cursor` of the last state that is known
 * @throws SubscriptionFailed, or what the client reports when it gives up
 */
export declare function watchOperation<T extends {
    cursor: string;
} = OperationState>(client: SubscriptionClient, operation: string, { after, ...request }?: Omit<SubscriptionRequest, 'variables'> & {
    after?: string | null;
}): AsyncIterableIterator<T, void, undefined>;
/**
 * Follows a subscription whose document has the variable `$after` and selects `cursor`. After a
 * reconnect by the client, it continues after the last event that it received, so that none is
 * missing. It subscribes when it is first read. Stop it with `break` or `return()`, also while it waits
 * for an event.
 * @throws SubscriptionFailed, or what the client reports when it gives up
 */
export declare function follow<T extends {
    cursor: string;
}>(client: SubscriptionClient, request: SubscriptionRequest): AsyncIterableIterator<T, void, undefined>;
