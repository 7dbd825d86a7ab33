import { type GraphQLObjectType, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { decodeGlobalId, nodeTypes } from '../../src/schema/relay/global-id.ts';
import { schema } from '../../src/schema/schema.ts';
import { sharedTestGateway } from '../support/gateway.ts';
import { CatalogDocument, CustomersDocument } from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';

const gateway = sharedTestGateway();
const objects = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
);

interface Refetched {
  nodes: { __typename: string; id: string }[];
}

/** The ids in an answer. */
function idsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(idsIn);
  if (typeof value !== 'object' || value === null) return [];
  const own = 'id' in value && typeof value.id === 'string' ? [value.id] : [];
  return [...own, ...Object.values(value).flatMap(idsIn)];
}

async function refetched(url: string, ids: readonly string[]) {
  const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }';
  return (await request<Refetched, object>(url, query, { ids })).data?.nodes;
}

test('every object type with an id is a Node, and `node` loads each of them', () => {
  const withId = objects.filter((type) => 'id' in type.getFields()).map(({ name }) => name);
  const nodes = objects.filter((type) => type.getInterfaces().some(({ name }) => name === 'Node'));
  expect(withId.sort()).toEqual(nodes.map(({ name }) => name).sort());
  expect([...nodeTypes].sort()).toEqual(withId.sort());
});

test('both halves of a customer and its account have ids that `nodes` resolves', async () => {
  const { url } = gateway();
  const { data } = await request(url, CustomersDocument, { first: 3 });
  const ids = idsIn(data?.customers);
  const types = new Set(ids.map((id) => decodeGlobalId(id).type));
  expect([...types].sort()).toEqual([
    'BillingAccount',
    'BillingCustomer',
    'Customer',
    'ResellerCustomer',
    'ResellerSubscription',
  ]);
  expect(await refetched(url, ids)).toEqual(
    ids.map((id) => ({ __typename: decodeGlobalId(id).type, id })),
  );
});

test('products and SKUs of the catalog have different ids, also with the same vendor id', async () => {
  const { url } = gateway();
  const { data } = await request(url, CatalogDocument);
  const ids = idsIn(data?.catalog);
  expect(new Set(ids).size).toBe(ids.length);
  const some = ids.slice(0, 20);
  expect(await refetched(url, some)).toEqual(
    some.map((id) => ({ __typename: decodeGlobalId(id).type, id })),
  );
});

test('ids of objects that do not exist are null, and invalid ones fail', async () => {
  const { url } = gateway();
  const idOf = (text: string) => Buffer.from(text).toString('base64url');
  const missing = ['BillingCustomer:a:b', 'BillingAccount:a:b', 'CatalogSku:1', 'CatalogProduct:1'];
  expect(await refetched(url, missing.map(idOf))).toEqual(missing.map(() => null));
  const query = 'query ($id: ID!) { node(id: $id) { id } }';
  for (const invalid of ['BillingCustomer:a', 'BillingAccount:a:b:c', 'ResellerCustomer:a:b']) {
    const { errors } = await request<object, object>(url, query, { id: idOf(invalid) });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  }
});
