/**
 * A function for `Network.create(...)`. A document that the compiler persisted is sent as its id.
 * @param url the GraphQL endpoint
 * @param headers returns the headers of each request, such as `authorization`
 */
export function createFetch(url, headers = () => ({})) {
    return async ({ id, text }, variables) => {
        const document = text ? { query: text } : { documentId: id };
        const response = await fetch(url, {
            method: 'POST',
            headers: {
                accept: 'application/graphql-response+json',
                ...headers(),
                'content-type': 'application/json',
            },
            body: JSON.stringify({ ...document, variables }),
        });
        return JSON.parse(await response.text());
    };
}
/** `customScalarTypes` of relay.config.json. */
export const customScalarTypes = { DateTime: 'string', JSON: 'unknown', UUID: 'string' };
