/** What Relay tells a fetch function about a document. */
interface RequestParameters {
    readonly id?: string | null;
    readonly text?: string | null;
}
interface Response {
    readonly data: never;
    readonly errors?: never;
}
/**
 * A function for `Network.create(...)`. A document that the compiler persisted is sent as its id.
 * @param url the GraphQL endpoint
 * @param headers returns the headers of each request, such as `authorization`
 */
export declare function createFetch(url: string, headers?: () => Record<string, string>): (request: RequestParameters, variables: Record<string, unknown>) => Promise<Response>;
/** `customScalarTypes` of relay.config.json. */
export declare const customScalarTypes: {
    readonly DateTime: 'string';
    readonly JSON: 'unknown';
    readonly UUID: 'string';
};
export {};
