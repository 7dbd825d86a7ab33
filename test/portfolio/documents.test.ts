import { readFileSync } from 'node:fs';
import { Kind, parse } from 'graphql';
import { expect, test } from 'vitest';
import { readExamples } from '../../src/server/documents/examples.ts';
import { request } from '../support/request.ts';
import { startFilled } from './portfolio.support.ts';

const document = readFileSync('schema/operations/14-portfolio.graphql', 'utf8');

interface Found {
  readonly totalCount: number;
  readonly nodes: readonly object[];
}

/** Runs one query of the document, with the variables that GraphiQL offers. */
async function run(url: string, operationName: string, more: object = {}) {
  const variables = { ...readExamples(Date.now()).get(operationName)?.variables, ...more };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: document, operationName, variables }),
  });
  const { data, errors } = await response.json();
  expect({ operationName, errors }).toEqual({ operationName, errors: undefined });
  return data.portfolio;
}

test('every query of portals finds something in the seed', async () => {
  const gateway = await startFilled({ sandbox: { seed: { customers: 200 } } });
  const { url, sandbox } = gateway;
  const [customer] = [...sandbox.store.reseller.customers()].filter(
    ({ managedBy, subscriptions }) => managedBy === 'us' && subscriptions.length > 0,
  );
  const [subscription] = customer?.subscriptions ?? [];
  if (!customer || !subscription) throw new Error('the seed has no subscription');
  subscription.suspensions = ['OTHER'];
  // A read of the subscription records the change.
  await request(
    url,
    `{ subscriptions(customerNamePrefix: "${customer.customerDomain}") { nodes { id } } }`,
  );
  const changes = async () => (await run(url, 'WhatChanged')).changes.nodes.length;
  await expect.poll(changes, { interval: 20, timeout: 5_000 }).toBeGreaterThan(0);

  const found: Record<string, Found> = {
    renewals: (await run(url, 'RenewalsSoon')).subscriptions,
    trials: (await run(url, 'TrialsAboutToEnd')).subscriptions,
    suspended: (await run(url, 'SuspendedSubscriptions')).subscriptions,
    unused: (await run(url, 'UnusedSeats')).subscriptions,
    unlinked: (await run(url, 'CustomersWithoutALink')).customers,
    search: (await run(url, 'SearchBox')).customers,
  };
  for (const [name, { totalCount, nodes }] of Object.entries(found)) {
    expect({ name, totalCount: totalCount > 0, nodes: nodes.length > 0 }).toEqual({
      ...{ name, totalCount: true, nodes: true },
    });
  }
  await run(url, 'PortfolioStatus');
  const queries = parse(document).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION && definition.operation === 'query'
      ? [definition.name?.value]
      : [],
  );
  expect(queries).toHaveLength(Object.keys(found).length + 2);
});
