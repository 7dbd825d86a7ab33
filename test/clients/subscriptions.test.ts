import { ApolloClient, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { parse } from 'graphql';
import { createClient, type Sink, type Client as SocketClient } from 'graphql-ws';
import { expect, onTestFinished, test, vi } from 'vitest';
import { cacheOptions } from '../../src/clients/apollo.ts';
import { graphcacheOptions } from '../../src/clients/urql.ts';
import { startTestGateway } from '../support/gateway.ts';
import {
  OperationDocument,
  PortfolioStatusDocument,
  SuspendSubscriptionDocument,
} from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';
import { documentsOf, findObjects, readmeRequests } from './documents.support.ts';
import { plain } from './plain.support.ts';

type Variables = Record<string, unknown>;

function apolloOn(socket: SocketClient) {
  const client = new ApolloClient({
    cache: new InMemoryCache(cacheOptions),
    link: new GraphQLWsLink(socket),
  });
  onTestFinished(() => client.stop());
  return (text: string, variables: Variables) =>
    new Promise<unknown>((resolve, reject) => {
      const events = client.subscribe({ query: parse(text), variables });
      events.subscribe({ next: ({ data, error }) => (error ? reject(error) : resolve(data)) });
    });
}

function urqlOn(socket: SocketClient) {
  const client = new Client({
    url: 'http://127.0.0.1:1',
    exchanges: [
      cacheExchange(graphcacheOptions),
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe({ query, variables: { ...variables } }, sink as Sink),
          }),
        }),
      }),
    ],
  });
  return (text: string, variables: Variables) =>
    new Promise<unknown>((resolve, reject) => {
      client.subscription(text, variables).subscribe(({ data, error }) => {
        if (error) reject(error);
        else resolve(data);
      });
    });
}

function directlyOn(socket: SocketClient) {
  return (text: string, variables: Variables) =>
    new Promise<unknown>((resolve, reject) => {
      socket.subscribe(
        { query: text, variables },
        { next: ({ data }) => resolve(data), error: reject, complete: () => resolve(null) },
      );
    });
}

/** Waits until the operation changes no more, so that every client sees the same. */
async function ended(url: string, id: string): Promise<void> {
  const isDone = async () => {
    const { data } = await request(url, OperationDocument, { by: { id } });
    return data?.operation?.status;
  };
  await expect.poll(isDone, { interval: 20 }).toBe('SUCCEEDED');
}

test('the subscriptions among the documents go through both caches whole', async () => {
  const { url } = await startTestGateway({ env: { PORTFOLIO: 'true' }, notified: true });
  const { subscription, operation } = await findObjects(url);
  await ended(url, operation);
  const isSwept = async () => (await request(url, PortfolioStatusDocument)).data?.portfolio.asOf;
  await expect.poll(isSwept, { interval: 20 }).toEqual(expect.any(String));
  await request(url, SuspendSubscriptionDocument, { subscription });
  const socket = createClient({ url: url.replace('http', 'ws'), retryAttempts: 0 });
  onTestFinished(() => void socket.dispose());
  const printed: unknown[][] = [];
  for (const method of ['warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((...args) => void printed.push(args));
  }
  onTestFinished(() => void vi.restoreAllMocks());

  const [direct, apollo, urql] = [directlyOn(socket), apolloOn(socket), urqlOn(socket)];
  const documents = documentsOf('subscription');
  const readme = (await readmeRequests()).filter(({ type }) => type === 'subscription');
  expect(readme).toHaveLength(1);
  expect(documents.length).toBeGreaterThan(3);
  for (const { name, text } of [...documents, ...readme]) {
    const variables = name === 'WatchOperation' ? { operation } : { after: '0' };
    const expected = plain(await direct(text, variables));
    expect(plain(await apollo(text, variables)), name).toBe(expected);
    expect(plain(await urql(text, variables)), name).toBe(expected);
  }
  expect(printed).toEqual([]);
});
