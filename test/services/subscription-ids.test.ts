import { type ExecutionResult, graphql } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { ResellerSubscription } from '../../src/domain/subscription.ts';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { schema } from '../../src/schema/schema.ts';
import { noProduct, resellerSubscription, seen } from '../store/portfolio-builders.support.ts';
import type { Json } from '../writes/reseller/fake-reseller.support.ts';
import { type Served, startServices } from './services.support.ts';

const ownerId = encodeGlobalId('ResellerSubscription', 'C1', 'A');
const idOf = (subscriptionId: string) =>
  encodeGlobalId('ResellerSubscription', 'C1', 'A', subscriptionId);
const customerId = encodeGlobalId('Customer', 'r', 'C1');

function query(
  { request }: Pick<Served, 'request'>,
  source: string,
  variableValues: Json = {},
): Promise<ExecutionResult> {
  const contextValue = { services: request(), report: () => {} };
  return graphql({ schema, source, variableValues, contextValue });
}

async function dataOf(served: Served, source: string, variables: Json = {}): Promise<unknown> {
  const { data, errors } = await query(served, source, variables);
  expect(errors).toBeUndefined();
  return data;
}

/** The global ids of a list by subscription id, over all of its pages. */
async function listedIds(served: Served, first: number, customer?: string): Promise<Json> {
  const ids: Json = {};
  let after: string | null = null;
  do {
    const data = (await dataOf(
      served,
      `query ($customer: ID, $first: Int, $after: String) {
        subscriptions(customer: $customer, first: $first, after: $after) {
          nodes { id subscriptionId } pageInfo { endCursor hasNextPage }
        }
      }`,
      { customer, first, after },
    )) as {
      subscriptions: {
        nodes: { id: string; subscriptionId: string }[];
        pageInfo: { endCursor: string; hasNextPage: boolean };
      };
    };
    const { nodes, pageInfo } = data.subscriptions;
    for (const { id, subscriptionId } of nodes) ids[subscriptionId] = id;
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return ids;
}

async function bySubscription(served: Served, id: string): Promise<unknown> {
  return dataOf(
    served,
    `query ($id: ID!) {
      node(id: $id) { id ... on ResellerSubscription { subscriptionId } }
      subscription(by: { id: $id }) { id subscriptionId }
    }`,
    { id },
  );
}

const older = { skuId: 'A', subscriptionId: 'OLD', creationTime: '1000', status: 'ACTIVE' };
const newer = { skuId: 'A', subscriptionId: 'NEW', creationTime: '2000' };
const ended = { skuId: 'A', subscriptionId: 'OLD', creationTime: '3000', status: 'CANCELLED' };
const suspended = { ...newer, status: 'SUSPENDED', suspensionReasons: ['OTHER'] };
const other = { skuId: 'B', subscriptionId: 'B1' };
const stranger = { customerId: 'C2', skuId: 'A', subscriptionId: 'X' };

const pairs = [
  ['two active ones', older, newer],
  ['a cancelled one and an active one', ended, newer],
  ['an active one and a newer suspended one', older, suspended],
] as const;
const orders = [
  ['the owner last', (pair: readonly Json[]) => pair],
  ['the owner first', (pair: readonly Json[]) => pair.toReversed()],
] as const;

describe.each(pairs)('%s of one SKU', (_name, second, owner) => {
  describe.each(orders)('with %s', (_order, arrange) => {
    async function start(pageSize = 100): Promise<Served> {
      const served = await startServices();
      served.api.pageSize = pageSize;
      const [one, two] = arrange([second, owner]);
      for (const item of [one, other, two, stranger])
        served.api.add(item as Json & { skuId: string });
      return served;
    }
    const expected = { OLD: idOf('OLD'), NEW: ownerId };

    test.each([1, 2, 3, 50])('have different ids in lists with pages of %i', async (size) => {
      const served = await start();
      expect(await listedIds(served, size, customerId)).toMatchObject(expected);
    });

    test('have the same ids in a list of all customers', async () => {
      const served = await start();
      for (const first of [1, 50]) {
        expect(await listedIds(served, first)).toMatchObject({
          ...expected,
          X: encodeGlobalId('ResellerSubscription', 'C2', 'A'),
        });
      }
    });

    test.each([100, 1])('are found by their ids when a page has at most %i', async (pageSize) => {
      const served = await start(pageSize);
      const found = (id: string, subscriptionId: string) => ({
        ...{ node: { id, subscriptionId }, subscription: { id, subscriptionId } },
      });
      expect(await bySubscription(served, ownerId)).toEqual(found(ownerId, 'NEW'));
      expect(await bySubscription(served, idOf('NEW'))).toEqual(found(ownerId, 'NEW'));
      expect(await bySubscription(served, idOf('OLD'))).toEqual(found(idOf('OLD'), 'OLD'));
      const none = { node: null, subscription: null };
      expect(await bySubscription(served, idOf('GONE'))).toEqual(none);
    });

    test('have their ids when they are found by the ids of the reseller API', async () => {
      const served = await start(1);
      for (const [subscriptionId, id] of Object.entries(expected)) {
        const data = await dataOf(
          served,
          'query ($key: SubscriptionKey!) { subscription(by: { key: $key }) { id } }',
          { key: { customerId: 'C1', subscriptionId } },
        );
        expect(data).toEqual({ subscription: { id } });
      }
    });

    test.each([
      [ownerId, 'NEW', ownerId],
      [idOf('NEW'), 'NEW', ownerId],
      [idOf('OLD'), 'OLD', idOf('OLD')],
    ])('are each changed alone: %s', async (id, subscriptionId, resultId) => {
      const served = await start(1);
      const result =
        '{ __typename ... on Error { code } ... on %Success { subscription { id subscriptionId } } }';
      const isRefused = second.status === 'CANCELLED' && subscriptionId === 'OLD';
      served.api.fault = () => (isRefused ? { isApplied: false, answer: 412 } : null);
      const inputs: [string, string][] = [
        ['suspendSubscription', '{ subscription: $id }'],
        ['activateSubscription', '{ subscription: $id }'],
        ['startPaidService', '{ subscription: $id }'],
        ['changeSubscriptionSeats', '{ subscription: $id, seats: 9 }'],
        ['changeSubscriptionPlan', '{ subscription: $id, planName: ANNUAL_YEARLY_PAY, seats: 9 }'],
        ['changeSubscriptionRenewalSettings', '{ subscription: $id, renewalType: CANCEL }'],
      ];
      for (const [name, input] of inputs) {
        const typeName = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
        const source = `mutation ($id: ID!) { ${name}(input: ${input}) ${result.replace('%', typeName)} }`;
        served.api.writes.length = 0;
        const data = await dataOf(served, source, { id });
        expect(served.api.writes).toEqual([
          expect.stringContaining(`/subscriptions/${subscriptionId}/`),
        ]);
        expect(data).toMatchObject({
          [name]: isRefused
            ? { code: 'FAILED_PRECONDITION' }
            : { subscription: { id: resultId, subscriptionId } },
        });
      }
    });

    test.each([
      'cancelSubscription',
      'transferSubscriptionToDirect',
    ])('are each ended alone by %s', async (name) => {
      const served = await start(1);
      const source = `mutation ($id: ID!) { ${name}(input: { subscription: $id }) { __typename } }`;
      await dataOf(served, source, { id: idOf('OLD') });
      expect(served.api.find('OLD')).toBeUndefined();
      expect(served.api.find('NEW')).toBeDefined();
      expect(await bySubscription(served, idOf('OLD'))).toMatchObject({ node: null });
      expect(await bySubscription(served, ownerId)).toMatchObject({ node: { id: ownerId } });
    });
  });
});

describe('a notification', () => {
  const event = (subscriptionId: string | null) => ({
    ...{ messageId: '1', publishTime: null, raw: null, type: 'SUBSCRIPTION_RENEWED' },
    ...{ customerId: 'C1', customerDomain: null, subscriptionId, skuId: 'A' },
    ...{ suspensionReasons: [], cancellationReason: null },
  });
  const read = (served: Served, subscriptionId: string | null) =>
    served.request().notifications.subscription(event(subscriptionId));

  test('is about the subscription with its id, also of several of one SKU', async () => {
    const served = await startServices();
    for (const item of [older, newer]) served.api.add(item);
    for (const subscriptionId of ['OLD', 'NEW']) {
      expect(await read(served, subscriptionId)).toMatchObject({ subscriptionId });
    }
    expect(await read(served, null)).toMatchObject({ subscriptionId: 'NEW' });
  });

  test('under an earlier id is about the only one of the SKU, and about none of several', async () => {
    const served = await startServices();
    served.api.add(older);
    expect(await read(served, 'EARLIER')).toMatchObject({ subscriptionId: 'OLD' });
    served.api.add(newer);
    expect(await read(served, 'EARLIER')).toBeNull();
  });
});

test('a list that does not keep customers together has a different id for each', async () => {
  const served = await startServices();
  served.api.pageSize = 5;
  const strangers = [3, 4, 5, 6].map((n) => ({ customerId: `C${n}`, skuId: 'A' }));
  for (const item of [stranger, older, strangers[0], other, strangers[1], strangers[2], newer]) {
    served.api.add({ skuId: 'A', ...item });
  }
  served.api.add({ skuId: 'A', ...strangers[3] });
  const ids = await listedIds(served, 5);
  expect(ids).toMatchObject({ OLD: idOf('OLD'), NEW: ownerId });
});

test('the id of the owner passes to the other one when the owner ends', async () => {
  const served = await startServices();
  for (const item of [older, newer]) served.api.add(item);
  const source =
    'mutation ($id: ID!) { cancelSubscription(input: { subscription: $id }) { __typename } }';
  await dataOf(served, source, { id: ownerId });
  expect(await listedIds(served, 50, customerId)).toEqual({ OLD: ownerId });
  expect(await bySubscription(served, idOf('OLD'))).toMatchObject({ node: { id: ownerId } });
});

/** Stores active subscriptions of SKU `A` as a sweep did. */
async function observe(served: Served, found: Partial<ResellerSubscription>[]): Promise<void> {
  const subscriptions = found.map((fields) => resellerSubscription({ skuId: 'A', ...fields }));
  await served.store.portfolio.observe(
    subscriptions.map((subscription) =>
      seen({ type: 'subscription', subscription, isOwner: false }),
    ),
    noProduct,
  );
}

describe('a list whose pages look as if customers were together', () => {
  // Both are between strangers, on pages of their own.
  const strangers = [1, 2, 3, 4].map((n) => ({ customerId: `X${n}`, subscriptionId: `X${n}` }));
  const [one, two, three, four] = strangers;
  const page1 = [{ ...one }, { ...older }, { ...two }];
  const page2 = [{ ...three }, { ...newer }, { ...four }];

  async function startSwept(observed: readonly Partial<ResellerSubscription>[]): Promise<Served> {
    const served = await startServices({ asOf: new Date() });
    served.api.pageSize = 3;
    for (const item of [...page1, ...page2]) served.api.add({ ...item, skuId: 'A' });
    await observe(served, [...strangers, ...observed]);
    return served;
  }
  const [old, young] = [older, newer].map(({ subscriptionId, creationTime }) => ({
    ...{ customerId: 'C1', subscriptionId, creationTime: new Date(Number(creationTime)) },
  }));
  const expected = { OLD: idOf('OLD'), NEW: ownerId };

  test('has a different id for each of two active subscriptions of a SKU', async () => {
    const served = await startSwept([{ ...old }, { ...young }]);
    expect(await listedIds(served, 3)).toMatchObject(expected);
    // That of OLD, of which the portfolio does not say that it is the owner, and of the edges.
    const reads = served.api.reads.filter((path) => path.includes('customerId=C1'));
    expect(reads).toHaveLength(1);
  });

  test('also when the portfolio has not observed either of them', async () => {
    expect(await listedIds(await startSwept([]), 3)).toMatchObject(expected);
  });
});

test('a list of all customers costs no call per customer when the portfolio knows them', async () => {
  const served = await startServices({ asOf: new Date() });
  const numbers = Array.from({ length: 40 }, (_, n) => n);
  for (const n of numbers) {
    served.api.add({ customerId: `C${n}`, skuId: 'A', subscriptionId: `S${n}` });
  }
  await observe(
    served,
    numbers.map((n) => ({ customerId: `C${n}`, subscriptionId: `S${n}` })),
  );
  await listedIds(served, 20);
  expect(served.api.reads.filter((path) => path.includes('customerId='))).toHaveLength(2);
});

test('a list of all customers costs no call per customer', async () => {
  const served = await startServices();
  for (let n = 0; n < 40; n++) served.api.add({ customerId: `C${n}`, skuId: 'A' });
  await listedIds(served, 20);
  // The customers at the inner edges of the two pages are read as a whole.
  expect(served.api.reads.filter((path) => path.includes('customerId='))).toHaveLength(2);
});

test.each([
  encodeGlobalId('ResellerSubscription', 'C1'),
  encodeGlobalId('ResellerSubscription', 'C1', 'A', ''),
  encodeGlobalId('ResellerSubscription', 'C1', 'A', 'S1', 'x'),
])('%s is not an id of a subscription', async (id) => {
  const served = await startServices();
  const { errors } = await query(served, 'query ($id: ID!) { node(id: $id) { id } }', { id });
  expect(errors?.[0]?.message).toContain('not a valid');
});
