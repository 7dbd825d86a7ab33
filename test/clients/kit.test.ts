import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, fetchExchange } from '@urql/core';
import { GraphQLClient } from 'graphql-request';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { Network } from 'relay-runtime';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cacheOptions, connectionPages } from '../../src/clients/apollo.ts';
import {
  documentIds,
  errorsOf,
  follow,
  isDryRun,
  isGatewayError,
  MutationFailed,
  newIdempotencyKey,
  nodesOf,
  parseScalar,
  SubscriptionFailed,
  unwrap,
  watchOperation,
} from '../../src/clients/index.ts';
import { createFetch } from '../../src/clients/relay.ts';
import { activateFirstCustomer } from '../server/operations.support.ts';
import { sharedTestGateway, startTestGateway } from '../support/gateway.ts';
import {
  ActivateCustomerDocument,
  ActivateSubscriptionDocument,
  CustomerDocument,
  CustomersDocument,
  SuspendSubscriptionDocument,
} from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const gateway = sharedTestGateway();

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error,
  );
}

describe('errorsOf', () => {
  const query = '{ node(id: "unknown") { id } }';
  const codes = (value: unknown) => errorsOf(value).map(({ extensions }) => extensions.code);

  test("finds the gateway's errors in what each client returns or throws", async () => {
    const { url } = gateway();
    const answer = await request(url, query);
    const graphqlRequest = await failureOf(new GraphQLClient(url).request(query));
    const apollo = new ApolloClient({
      cache: new InMemoryCache(),
      link: new HttpLink({ uri: url }),
    });
    const thrown = await failureOf(apollo.query({ query: gql(query) }));
    apollo.stop();
    const urql = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false });
    const { error } = await urql.query(query, {}).toPromise();
    for (const value of [answer, graphqlRequest, thrown, error, { error }, answer.errors]) {
      expect(codes(value)).toEqual(['BAD_USER_INPUT']);
    }
    expect(errorsOf(answer).every(isGatewayError)).toBe(true);
    expect(errorsOf(answer)[0]?.extensions.requestId).toEqual(expect.any(String));
  });

  test('finds nothing in failures of the network and in answers without errors', async () => {
    const refused = await failureOf(fetch('http://127.0.0.1:1/'));
    for (const value of [refused, new Error('x'), { data: {} }, null, undefined, 'text', 7]) {
      expect(codes(value)).toEqual([]);
    }
  });
});

describe('unwrap', () => {
  test('returns the success of a mutation, and throws its typed error', async () => {
    const { url } = await startTestGateway();
    const { data } = await request(url, CustomersDocument, { first: 1 });
    const customer = data?.customers?.nodes[0]?.id ?? '';
    const done = await request(url, ActivateCustomerDocument, { customer });
    expect(unwrap(done.data?.activateCustomer)).toHaveProperty('operation.status');
    const invalid = await request(url, ActivateCustomerDocument, { customer: 'invalid' });
    expect(() => unwrap(invalid.data?.activateCustomer)).toThrow(MutationFailed);
    const failure = await failureOf((async () => unwrap(invalid.data?.activateCustomer))());
    expect(failure).toMatchObject({
      code: 'BAD_USER_INPUT',
      error: { __typename: 'ValidationError', code: 'BAD_USER_INPUT' },
    });
  });

  test('throws for the result of a dry run, which isDryRun recognizes', async () => {
    const { url } = gateway();
    const { data } = await request(url, CustomersDocument, { first: 1 });
    const variables = { customer: data?.customers?.nodes[0]?.id ?? '', dryRun: true };
    const planned = (await request(url, ActivateCustomerDocument, variables)).data;
    expect(isDryRun(planned?.activateCustomer)).toBe(true);
    expect(() => unwrap(planned?.activateCustomer)).toThrow('dry run');
    const invalid = { customer: 'invalid', dryRun: true };
    const refused = (await request(url, ActivateCustomerDocument, invalid)).data;
    expect(isDryRun(refused?.activateCustomer)).toBe(false);
    expect(isDryRun(null)).toBe(false);
  });

  test('throws for a result that is null because of an error', () => {
    expect(() => unwrap(null)).toThrow('errors');
    expect(() => unwrap(undefined)).toThrow(MutationFailed);
  });
});

test('nodesOf reads every page of a list', async () => {
  const { url } = gateway();
  const all = await request(url, CustomersDocument, { first: 1000 });
  const expected = all.data?.customers?.nodes.map(({ id }) => id) ?? [];
  const read: string[] = [];
  const pages = nodesOf(async (after) => {
    return (await request(url, CustomersDocument, { first: 7, after })).data?.customers;
  });
  for await (const { id } of pages) read.push(id);
  expect(read).toEqual(expected);
  expect(read.length).toBeGreaterThan(30);
});

test("connectionPages joins the pages of a list in Apollo's cache, each item once", async () => {
  const { url } = gateway();
  const cache = new InMemoryCache(cacheOptions);
  cache.policies.addTypePolicies({ Query: { fields: { customers: connectionPages() } } });
  const client = new ApolloClient({ cache, link: new HttpLink({ uri: url }) });
  const query = CustomersDocument;
  const page = async (after: string | null) => {
    const variables = { first: 3, after };
    const { data } = await client.query({ query, variables, fetchPolicy: 'network-only' });
    const stored = client.readQuery({ query, variables: { first: 3 } })?.customers;
    return {
      end: data?.customers?.pageInfo.endCursor ?? null,
      ids: stored?.nodes.map(({ id }) => id),
    };
  };
  const { end } = await page(null);
  const second = await page(end);
  expect(new Set(second.ids).size).toBe(6);
  expect((await page(end)).ids).toEqual(second.ids);
  expect((await page(null)).ids).toEqual(second.ids?.slice(0, 3));
  client.stop();
});

describe('scalars', () => {
  test('are parsed, and invalid ones are refused', () => {
    expect(parseScalar.DateTime('2026-11-26T10:15:30Z')).toEqual(
      new Date(Date.UTC(2026, 10, 26, 10, 15, 30)),
    );
    expect(() => parseScalar.DateTime('yesterday')).toThrow(TypeError);
    expect(() => parseScalar.DateTime(7)).toThrow(TypeError);
    expect(parseScalar.UUID(newIdempotencyKey())).toHaveLength(36);
    expect(() => parseScalar.UUID('1234')).toThrow(TypeError);
    expect(parseScalar.JSON({ a: 1 })).toEqual({ a: 1 });
  });
});

const retrying = {
  retryAttempts: 1_000,
  retryWait: () => new Promise<void>((resolve) => setTimeout(resolve, 5)),
};

const clients = {
  'graphql-ws': (url: string) => {
    const client = createWsClient({
      ...{ url: url.replace('http', 'ws'), ...retrying },
      // By default, it gives up when a connection cannot be established.
      shouldRetry: () => true,
    });
    onTestFinished(() => void client.dispose());
    return client;
  },
  'graphql-sse': (url: string) => {
    const client = createSseClient({ url, ...retrying });
    onTestFinished(() => client.dispose());
    return client;
  },
};
/** A list that a test can read while it grows. */
function reading<T>(events: AsyncIterableIterator<T, void, undefined>) {
  const seen: T[] = [];
  const ended = (async () => {
    for await (const event of events) seen.push(event);
  })();
  onTestFinished(() => void events.return?.());
  return { seen, ended };
}

describe.each(Object.entries(clients))('with %s', (_name, open) => {
  test('watchOperation ends with the final state', async () => {
    const { url } = await startTestGateway();
    const operation = await activateFirstCustomer(url);
    const { seen, ended } = reading(watchOperation(open(url), operation));
    await ended;
    expect(seen.at(-1)).toMatchObject({ id: operation, status: 'SUCCEEDED' });
    const last = seen.at(-1)?.cursor ?? '';
    const rest = reading(watchOperation(open(url), operation, { after: last }));
    await rest.ended;
    expect(rest.seen).toEqual([]);
  });

  test('follow continues after the last event when the connection breaks', async () => {
    const { url } = await startTestGateway();
    const target = new URL(url);
    const line = await startTcpProxy(Number(target.port));
    const proxied = `http://127.0.0.1:${line.port}${target.pathname}`;
    const by = { domain: 'flexible.example' };
    const found = await request(url, CustomerDocument, { by });
    const subscription = found.data?.customer?.subscriptions?.nodes[0]?.id ?? '';
    const change = { documentId: documentIds.ChangeRecorded, variables: { after: '0' } };
    const { seen } = reading(follow<{ cursor: string; mutation: string }>(open(proxied), change));
    const mutations = () => seen.map(({ mutation }) => mutation);

    await request(url, SuspendSubscriptionDocument, { subscription });
    await expect.poll(mutations).toEqual(['suspendSubscription']);
    line.mode = 'REFUSE';
    line.cut();
    await request(url, ActivateSubscriptionDocument, { subscription });
    await request(url, SuspendSubscriptionDocument, { subscription });
    line.mode = 'PASS';
    const all = ['suspendSubscription', 'activateSubscription', 'suspendSubscription'];
    await expect.poll(mutations, { timeout: 10_000 }).toEqual(all);
    expect(new Set(seen.map(({ cursor }) => cursor)).size).toBe(3);
  });

  test('return ends follow and watchOperation while they wait for an event', async () => {
    const { url } = await startTestGateway({ sandbox: { operations: { outcome: 'never' } } });
    const operation = await activateFirstCustomer(url);
    const client = open(url);
    const document = { documentId: documentIds.ChangeRecorded };
    for (const events of [follow(client, document), watchOperation(client, operation)]) {
      const ended = (async () => {
        for await (const _ of events);
      })();
      // Begins to wait.
      await new Promise((resolve) => setTimeout(resolve, 50));
      await events.return?.();
      await ended;
      expect(await events.next()).toEqual({ done: true, value: undefined });
    }
  });

  test('follow fails with the errors of the gateway', async () => {
    const { url } = gateway();
    const query = 'subscription ($after: String) { auditLogged(after: $after) { unknown } }';
    const failure = await failureOf(reading(follow(open(url), { query })).ended);
    expect(failure).toBeInstanceOf(SubscriptionFailed);
    expect(errorsOf(failure)).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

test('createFetch sends a document, or the id of a persisted one, and the headers', async () => {
  const { url } = gateway();
  const headers = () => ({ 'x-request-id': 'relay-1' });
  const network = Network.create(createFetch(url, headers));
  const run = (document: { id: string; text: null } | { id: null; text: string }) => {
    const parameters = {
      name: 'Query',
      operationKind: 'query',
      metadata: {},
      cacheID: '1',
    } as const;
    return network
      .execute({ ...parameters, ...document }, { first: 1 }, { force: true })
      .toPromise();
  };
  const persisted = await run({ id: documentIds.Customers, text: null });
  expect(persisted).toMatchObject({ data: { customers: { nodes: [{ id: expect.any(String) }] } } });
  const failed = await run({ id: null, text: '{ node(id: "unknown") { id } }' });
  expect(errorsOf(failed)).toMatchObject([{ extensions: { requestId: 'relay-1' } }]);
});
