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
export function createFetch(
  url: string,
  headers: () => Record<string, string> = () => ({}),
): (request: RequestParameters, variables: Record<string, unknown>) => Promise<Response> {
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
export const customScalarTypes = { DateTime: 'string', JSON: 'unknown', UUID: 'string' } as const;
