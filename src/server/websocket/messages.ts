import { MessageType, validateMessage } from 'graphql-ws';

/**
 * A message of the graphql-transport-ws protocol.
 * @throws Error when it is not one
 */
export function parseMessage(text: string) {
  const message: unknown = JSON.parse(text);
  const isSubscribe = isObject(message) && message['type'] === MessageType.Subscribe;
  if (!isSubscribe || !isObject(message['payload'])) return validateMessage(message);
  const { query, documentId, extensions } = message['payload'];
  const isNamed =
    documentId !== undefined || (isObject(extensions) && 'persistedQuery' in extensions);
  // The protocol requires a query, also from clients that name a trusted document.
  const payload = { ...message['payload'], query: isNamed ? (query ?? '') : query };
  return validateMessage({ ...message, payload });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A `next` message around a payload that other sockets receive too. */
export function nextMessage(id: string, payload: string): string {
  return `{"id":${JSON.stringify(id)},"type":"next","payload":${payload}}`;
}
