import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { parse } from 'graphql';
import { GraphQLClient } from 'graphql-request';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cacheOptions } from '../../src/clients/apollo.ts';
import { graphcacheOptions } from '../../src/clients/urql.ts';
import { startTestGateway } from '../support/gateway.ts';
import { CustomerDocument, CustomersDocument } from '../support/gql/graphql.ts';
import { findObjects, type Request, recordingFetch, requestsOf } from './documents.support.ts';
import { plain } from './plain.support.ts';

const printed: unknown[][] = [];

beforeEach(() => {
  printed.length = 0;
  for (const method of ['warn', 'error', 'log'] as const) {
    vi.spyOn(console, method).mockImplementation((...args) => void printed.push(args));
  }
});
afterEach(() => void vi.restoreAllMocks());

interface Found {
  readonly problems: readonly string[];
  /** Mutations that returned a typed error, and those that returned what they would do. */
  readonly failures: number;
  readonly dryRuns: number;
  readonly documents: number;
}

/** Runs every query and mutation, and what reads the cache afterwards; the problems that it had. */
async function problemsOf(
  url: string,
  run: (request: Request) => Promise<{ sent: unknown; received: unknown; cached: unknown }>,
): Promise<Found> {
  const documents = await requestsOf(await findObjects(url));
  const problems: string[] = [];
  let failures = 0;
  let dryRuns = 0;
  for (const document of documents) {
    const { sent, received, cached } = await run(document);
    const text = plain(sent);
    if (text === 'null') problems.push(`${document.name}: no data`);
    if (/"code":"[A-Z_]+"/.test(text) && document.type === 'mutation') failures += 1;
    if (text.includes('"warnings":')) dryRuns += 1;
    for (const [kind, value] of Object.entries({ received, cached })) {
      const found = plain(value);
      if (found !== text) problems.push(`${document.name} ${kind}: ${found} instead of ${text}`);
    }
  }
  return { problems, failures, dryRuns, documents: documents.length };
}

/** Every document with data, typed errors among it, and nothing printed. */
function expectNoProblem(found: Found): void {
  expect(found.problems).toEqual([]);
  expect(printed).toEqual([]);
  expect(found.failures).toBeGreaterThan(8);
  expect(found.documents).toBeGreaterThan(60);
  expect(found.dryRuns).toBeGreaterThan(8);
}

test("every document goes through Apollo Client's cache whole and without a warning", async () => {
  const { url } = await startTestGateway({ env: { PORTFOLIO: 'true' } });
  const recording = recordingFetch();
  const client = new ApolloClient({
    cache: new InMemoryCache(cacheOptions),
    link: new HttpLink({ uri: url, fetch: recording.fetch }),
  });
  const found = await problemsOf(url, async ({ text, type, variables }) => {
    const document = parse(text);
    if (type === 'mutation') {
      const { data } = await client.mutate({ mutation: document, variables, errorPolicy: 'all' });
      return { sent: recording.last().data, received: data, cached: data };
    }
    const { data } = await client.query({
      ...{ query: document, variables, errorPolicy: 'all', fetchPolicy: 'network-only' },
    });
    const cached = client.readQuery({ query: document, variables });
    return { sent: recording.last().data, received: data, cached };
  });
  client.stop();
  expectNoProblem(found);
});

test("every document goes through urql's graphcache whole and without a warning", async () => {
  const { url } = await startTestGateway({ env: { PORTFOLIO: 'true' } });
  const recording = recordingFetch();
  const client = new Client({
    url,
    exchanges: [cacheExchange(graphcacheOptions), fetchExchange],
    preferGetMethod: false,
    fetch: recording.fetch,
  });
  const found = await problemsOf(url, async ({ text, type, variables }) => {
    if (type === 'mutation') {
      const { data } = await client.mutation(text, variables).toPromise();
      return { sent: recording.last().data, received: data, cached: data };
    }
    const network = { requestPolicy: 'network-only' } as const;
    const { data } = await client.query(text, variables, network).toPromise();
    const fromCache = { requestPolicy: 'cache-only' } as const;
    const cached = await client.query(text, variables, fromCache).toPromise();
    return { sent: recording.last().data, received: data, cached: cached.data };
  });
  expectNoProblem(found);
});

test('every document goes through graphql-request whole', async () => {
  const { url } = await startTestGateway({ env: { PORTFOLIO: 'true' } });
  const recording = recordingFetch();
  const client = new GraphQLClient(url, { fetch: recording.fetch, errorPolicy: 'all' });
  const found = await problemsOf(url, async ({ text, variables }) => {
    const received = await client.request(text, variables);
    return { sent: recording.last().data, received, cached: received };
  });
  expectNoProblem(found);
});

describe('what one query reads of an object', () => {
  const halves = `query ($id: ID!) { customer(by: { id: $id }) {
    id billing { id account { id currency } } reseller { id phoneNumber } } }`;

  test("is merged into Apollo Client's list of customers", async () => {
    const { url } = await startTestGateway();
    const client = new ApolloClient({
      cache: new InMemoryCache(cacheOptions),
      link: new HttpLink({ uri: url }),
    });
    const { data } = await client.query({ query: CustomersDocument, variables: { first: 3 } });
    const id = data?.customers?.nodes[0]?.id ?? '';
    await client.query({ query: parse(halves), variables: { id } });
    const list = client.readQuery({ query: CustomersDocument, variables: { first: 3 } });
    expect(list).toEqual(data);
    const account = { billing: { account: { name: expect.any(String), currency: 'USD' } } };
    const whole = parse(
      'query ($id: ID!) { customer(by: { id: $id }) { billing { account { name currency } } } }',
    );
    expect(client.readQuery({ query: whole, variables: { id } })).toMatchObject({
      customer: account,
    });
    client.stop();
    expect(printed).toEqual([]);
  });

  test('needs no options of a cache when both queries select the ids', async () => {
    const { url } = await startTestGateway();
    const client = new ApolloClient({
      cache: new InMemoryCache(),
      link: new HttpLink({ uri: url }),
    });
    const by = { domain: 'flexible.example' };
    const { data } = await client.query({ query: CustomerDocument, variables: { by } });
    await client.query({ query: parse(halves), variables: { id: data?.customer?.id } });
    expect(client.readQuery({ query: CustomerDocument, variables: { by } })).toEqual(data);
    client.stop();
    expect(printed).toEqual([]);
  });
});

test('without the kit, Apollo Client loses typed errors and graphcache warns', async () => {
  const { url } = await startTestGateway();
  const mutation = `mutation { activateCustomer(input: { customer: "invalid" }) {
    ... on Error { code message } } }`;
  const apollo = new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: url }) });
  const { data } = await apollo.mutate({ mutation: parse(mutation) });
  expect(JSON.stringify(data)).not.toContain('code');
  apollo.stop();
  const exchanges = [cacheExchange({}), fetchExchange];
  const urql = new Client({ url, exchanges, preferGetMethod: false });
  await urql.query(CustomersDocument, { first: 3 }).toPromise();
  expect(JSON.stringify(printed)).toContain('Invalid key');
});
