/**
 * The same message with an empty `query` when it subscribes to a trusted document: graphql-ws closes
 * the socket on a message that has only the `documentId`.
 */
export function withQuery(message: string): string {
  if (!message.includes('"documentId"') && !message.includes('"persistedQuery"')) return message;
  try {
    const parsed: unknown = JSON.parse(message);
    if (!isObject(parsed) || parsed['type'] !== 'subscribe') return message;
    const { payload } = parsed;
    if (!isObject(payload) || payload['query'] != null) return message;
    return JSON.stringify({ ...parsed, payload: { ...payload, query: '' } });
  } catch {
    // graphql-ws reports it.
    return message;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
