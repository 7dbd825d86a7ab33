/** How the custom scalars of the schema arrive in JSON. Use it for `scalars` of a code generator. */
export interface ScalarTypes {
    /** RFC 3339 in UTC, such as `2026-11-25T10:15:30Z`. */
    DateTime: string;
    /** Any JSON value. */
    JSON: unknown;
    /** In lower or upper case, with hyphens. */
    UUID: string;
}
/** Parses values of the custom scalars. Each function throws a TypeError for an invalid value. */
export declare const parseScalar: {
    DateTime(value: unknown): Date;
    JSON(value: unknown): unknown;
    UUID(value: unknown): string;
};
/** A new `idempotencyKey` for one action of a user. Send the same one to repeat the action. */
export declare function newIdempotencyKey(): string;
