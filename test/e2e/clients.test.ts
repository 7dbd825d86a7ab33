import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
  Client,
  fetchExchange,
  type SubscriptionForwarder,
  subscriptionExchange,
} from '@urql/core';
import { OperationTypeNode, print } from 'graphql';
import { GraphQLClient } from 'graphql-request';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient, type Sink } from 'graphql-ws';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { activateFirstCustomer, startGatewayWithOutcome } from '../server/operations.support.ts';
import {
  CustomersDocument,
  type CustomersQuery,
  WatchOperationDocument,
  type WatchOperationSubscription,
} from '../support/gql/graphql.ts';

const first = 3;

function socketUrl(url: string): string {
  return url.replace('http', 'ws');
}

/** The result of a query with `first` customers, as every client must give it. */
function expectCustomers(data: CustomersQuery | null | undefined): void {
  const nodes = data?.customers?.nodes ?? [];
  expect(nodes).toHaveLength(first);
  expect(nodes.every(({ id, billing }) => id && billing?.account?.name)).toBe(true);
}

/** What a client saw of an operation that succeeds, until it was told that nothing more comes. */
function expectWholeLife(seen: readonly (WatchOperationSubscription | null | undefined)[]): void {
  const states = seen.map((data) => data?.operationUpdated.status);
  expect(states.length).toBeGreaterThan(1);
  expect(states.slice(0, -1).every((status) => status === 'RUNNING')).toBe(true);
  expect(states.at(-1)).toBe('SUCCEEDED');
}

/** Collects what a push source gives until it completes. */
function collect<T>(
  subscribe: (sink: {
    next(value: T): void;
    error(cause: unknown): void;
    complete(): void;
  }) => unknown,
): Promise<T[]> {
  const values: T[] = [];
  return new Promise((resolve, reject) => {
    subscribe({
      next: (value) => values.push(value),
      error: reject,
      complete: () => resolve(values),
    });
  });
}

describe('graphql-ws', () => {
  test('queries, and watches an operation to its end', async () => {
    const { url } = await startGatewayWithOutcome('succeed');
    const client = createWsClient({ url: socketUrl(url), retryAttempts: 0 });
    onTestFinished(() => client.dispose());
    function run<T, V>(document: TypedDocumentNode<T, V>, variables: V & Record<string, unknown>) {
      return collect<{ data?: T | null }>((sink) =>
        client.subscribe({ query: print(document), variables }, sink),
      );
    }
    const [answer] = await run(CustomersDocument, { first });
    expectCustomers(answer?.data);
    const operation = await activateFirstCustomer(url);
    const events = await run(WatchOperationDocument, { operation });
    expectWholeLife(events.map((event) => event.data));
  });
});

describe('graphql-sse', () => {
  test('queries, and watches an operation to its end', async () => {
    const { url } = await startGatewayWithOutcome('succeed');
    const client = createSseClient({ url, retryAttempts: 0 });
    onTestFinished(() => client.dispose());
    function run<T, V>(document: TypedDocumentNode<T, V>, variables: V & Record<string, unknown>) {
      return collect<{ data?: T | null }>((sink) =>
        client.subscribe({ query: print(document), variables }, sink),
      );
    }
    const [answer] = await run(CustomersDocument, { first });
    expectCustomers(answer?.data);
    const operation = await activateFirstCustomer(url);
    const events = await run(WatchOperationDocument, { operation });
    expectWholeLife(events.map((event) => event.data));
  });
});

describe('Apollo Client', () => {
  test('queries over HTTP, and watches an operation to its end over WebSocket', async () => {
    const { url } = await startGatewayWithOutcome('succeed');
    // It tells at length what could be configured; that nothing has to be is what is shown here.
    vi.spyOn(console, 'warn').mockReturnValue();
    vi.spyOn(console, 'error').mockReturnValue();
    onTestFinished(() => void vi.restoreAllMocks());
    const socket = createWsClient({ url: socketUrl(url), retryAttempts: 0 });
    const client = new ApolloClient({
      cache: new InMemoryCache(),
      link: ApolloLink.split(
        ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
        new GraphQLWsLink(socket),
        new HttpLink({ uri: url }),
      ),
    });
    onTestFinished(async () => {
      client.stop();
      await socket.dispose();
    });
    const { data } = await client.query({ query: CustomersDocument, variables: { first } });
    expectCustomers(data);
    const operation = await activateFirstCustomer(url);
    const events = await collect<{ data?: WatchOperationSubscription | undefined }>((sink) =>
      client.subscribe({ query: WatchOperationDocument, variables: { operation } }).subscribe(sink),
    );
    expectWholeLife(events.map((event) => event.data));
  });
});

describe('urql', () => {
  async function queryAndWatch(url: string, client: Client): Promise<void> {
    const { data, error } = await client.query(CustomersDocument, { first }).toPromise();
    expect(error).toBeUndefined();
    expectCustomers(data);
    const operation = await activateFirstCustomer(url);
    const seen: (WatchOperationSubscription | undefined)[] = [];
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const { unsubscribe } = client
      .subscription(WatchOperationDocument, { operation })
      .subscribe((result) => {
        expect(result.error).toBeUndefined();
        // urql says the end by giving the last result again, no longer `hasNext`.
        if (result.data && result.data !== seen.at(-1)) seen.push(result.data);
        if (!result.hasNext) resolve();
      });
    await ended;
    unsubscribe();
    expectWholeLife(seen);
  }

  test('queries over HTTP, and watches an operation to its end over WebSocket', async () => {
    const { url } = await startGatewayWithOutcome('succeed');
    const socket = createWsClient({ url: socketUrl(url), retryAttempts: 0 });
    onTestFinished(() => socket.dispose());
    const forwardSubscription: SubscriptionForwarder = ({ query = '', variables }) => ({
      subscribe: (sink) => ({
        unsubscribe: socket.subscribe({ query, variables: { ...variables } }, sink as Sink),
      }),
    });
    const exchanges = [fetchExchange, subscriptionExchange({ forwardSubscription })];
    await queryAndWatch(url, new Client({ url, exchanges, preferGetMethod: false }));
  });

  test('watches an operation to its end over server-sent events by itself', async () => {
    const { url } = await startGatewayWithOutcome('succeed');
    const exchanges = [fetchExchange];
    const options = { url, exchanges, fetchSubscriptions: true, preferGetMethod: false };
    await queryAndWatch(url, new Client(options));
  });

  test('queries by GET as it does by itself', async () => {
    const { url } = await startGatewayWithOutcome('succeed');
    const client = new Client({ url, exchanges: [fetchExchange] });
    const { data } = await client.query(CustomersDocument, { first }).toPromise();
    expectCustomers(data);
  });
});

describe('graphql-request', () => {
  test('queries', async () => {
    const { url } = await startGatewayWithOutcome('succeed');
    expectCustomers(await new GraphQLClient(url).request(CustomersDocument, { first }));
  });
});
