import { expect, test } from 'vitest';
import { request } from '../support/request.ts';
import { ask, startFilled } from './portfolio.support.ts';

interface Rows {
  readonly subscriptions: { readonly nodes: readonly { readonly id: string }[] };
  readonly customers: { readonly nodes: readonly { readonly id: string }[] };
}

test('`node` returns rows of the portfolio as rows, not as the live objects', async () => {
  const { url } = await startFilled({ sandbox: { seed: { customers: 3 } } });
  const rows = 'subscriptions(first: 1) { nodes { id } } customers(first: 1) { nodes { id } }';
  const { subscriptions, customers } = await ask<Rows>(url, rows);
  const ids = [...subscriptions.nodes, ...customers.nodes].map(({ id }) => id);
  const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }';
  const { data } = await request<{ nodes: object[] }, object>(url, query, { ids });
  expect(data?.nodes).toEqual([
    { __typename: 'PortfolioSubscription', id: ids[0] },
    { __typename: 'PortfolioCustomer', id: ids[1] },
  ]);
});
