import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type DocumentNode, print } from 'graphql';
import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { GraphQLResult } from './request.ts';

/** A graphql-ws client on a gateway's endpoint, gone when the test is. */
export function connectSocket(url: string, options: Partial<ClientOptions> = {}): Client {
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...options,
  });
  onTestFinished(() => void client.dispose());
  return client;
}

/** The events of a subscription as they come. */
export function subscribe<T, V extends Record<string, unknown>>(
  client: Client,
  document: TypedDocumentNode<T, V> | string,
  variables: V,
): AsyncIterableIterator<GraphQLResult<T>> {
  const query = typeof document === 'string' ? document : print(document as DocumentNode);
  return client.iterate({ query, variables }) as AsyncIterableIterator<GraphQLResult<T>>;
}

/** Everything that a finite stream gives. */
export async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const event of events) all.push(event);
  return all;
}
