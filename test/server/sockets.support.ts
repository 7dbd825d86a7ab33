import { expect, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

export interface RawSocket {
  readonly ws: WebSocket;
  /** Whatever came, in order. */
  readonly messages: Message[];
  /** The code it was closed with; 1006 when it was not closed in order. */
  readonly closed: Promise<number>;
  send(message: object): void;
  subscribe(id: string, query: string, variables?: object): void;
  /** The types of the messages with this id. */
  types(id: string): string[];
}

/** A socket that was acknowledged, with nothing between the test and the protocol. */
export async function openSocket(
  url: string,
  headers: Record<string, string> = {},
): Promise<RawSocket> {
  const ws = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
  onTestFinished(() => ws.terminate());
  const messages: Message[] = [];
  const { promise: closed, resolve } = Promise.withResolvers<number>();
  ws.on('message', (data) => messages.push(JSON.parse(String(data)) as Message));
  ws.on('close', resolve);
  ws.on('error', () => {});
  const send = (message: object): void => ws.send(JSON.stringify(message));
  ws.once('open', () => send({ type: 'connection_init' }));
  await expect.poll(() => messages, { interval: 2 }).toEqual([{ type: 'connection_ack' }]);
  return {
    ws,
    messages,
    closed,
    send,
    subscribe: (id, query, variables) =>
      send({ type: 'subscribe', id, payload: { query, variables } }),
    types: (id) => messages.filter((message) => message.id === id).map(({ type }) => type),
  };
}

export const watchOperation = 'subscription ($id: ID!) { operationUpdated(id: $id) { status } }';
