import { type ErrorCode } from './generated/schema.js';
/** An entry of `errors` that the gateway wrote. */
export interface GatewayError {
    readonly message: string;
    readonly path?: readonly (string | number)[] | undefined;
    readonly extensions: {
        readonly code: ErrorCode;
        /** Whether the same request can succeed later. */
        readonly retryable: boolean;
        /** Milliseconds after which to try again. */
        readonly retryAfterMs?: number;
        /** The backend that failed: `billing` or `reseller`. */
        readonly service?: string;
        /** The id under which the gateway logged the request. */
        readonly requestId?: string;
    };
}
/** A failure that a mutation returns as data. */
export interface MutationError {
    readonly code: ErrorCode;
    readonly message: string;
}
/** What a mutation with `dryRun: true` returns when it would not be refused. */
export interface DryRunResult {
    readonly summary: string;
    readonly changes: readonly unknown[];
    readonly warnings: readonly unknown[];
}
/** Whether a value is an error that the gateway wrote, and not one of a network or a client. */
export declare function isGatewayError(value: unknown): value is GatewayError;
/**
 * The gateway's errors in a response, or in what Apollo Client, urql, Relay and graphql-request throw
 * or return; empty when there are none, such as for a network failure.
 */
export declare function errorsOf(value: unknown): GatewayError[];
/** What `unwrap` throws. */
export declare class MutationFailed extends Error {
    readonly name = "MutationFailed";
    readonly code: ErrorCode | null;
    /** The typed error, with all fields that the document selects; null when there is no result. */
    readonly error: MutationError | null;
    constructor(message: string, error: MutationError | null);
}
/**
 * The success of a mutation's result, such as `data.activateCustomer`. Select
 * `... on Error { code message }` in the document.
 * @throws MutationFailed when the result is a typed error or that of a dry run, or null because of an
 *   entry in `errors`
 */
export declare function unwrap<T>(result: T): Exclude<NonNullable<T>, MutationError | DryRunResult>;
/** Whether the result of a mutation is that of a dry run that was not refused. */
export declare function isDryRun(result: unknown): result is DryRunResult;
/** Whether the result of a mutation is a typed error. */
export declare function isMutationError(result: unknown): result is MutationError;
