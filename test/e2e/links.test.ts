import { describe, expect, test } from 'vitest';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { request } from '../support/request.ts';
import {
  bothSides,
  conflictAt,
  customerBy,
  link,
  linkedAs,
  linkPair,
  type Pair,
  partedAs,
  scene,
  unlink,
} from './linked.support.ts';

/** Runs what has to go well. */
async function run(url: string, query: string, variables?: object): Promise<object> {
  const { data, errors } = await request<object, object>(url, query, variables);
  expect(errors).toBeUndefined();
  return data ?? {};
}

describe('linkCustomer', () => {
  test.each([
    ['id', ({ billing, resellerCustomerId: id }: Pair) => ({ billing, key: { id } })],
    ['domain', ({ billing, domain }: Pair) => ({ billing, key: { domain: domain.toUpperCase() } })],
    [
      'domain, with the reseller left to the configuration',
      ({ billing: { customerId }, domain }: Pair) => ({ billing: { customerId }, key: { domain } }),
    ],
  ])('makes one customer of two by %s; again, it changes nothing', async (_, keysOf) => {
    const { url, one } = await scene();
    expect(await bothSides(url, one)).toEqual(partedAs(one));
    const linked = {
      id: one.ids.billing,
      billing: one.billing,
      reseller: { customerId: one.resellerCustomerId, customerDomain: one.domain },
    };
    for (const _time of ['first', 'second']) {
      const { billing, key } = keysOf(one);
      expect(await link(url, billing, key)).toMatchObject({ customer: linked });
      expect(await bothSides(url, one)).toEqual([linkedAs(one), linkedAs(one)]);
    }
  });

  test('is found by ids that name the domain', async () => {
    const { url, one } = await scene();
    const id = encodeGlobalId('Customer', 'r', one.domain);
    const query = `query ($id: ID!) { customer(by: { id: $id }) { id reseller { customerId } } }`;
    const reseller = { customerId: one.resellerCustomerId };
    expect(await run(url, query, { id })).toEqual({ customer: { id: one.ids.reseller, reseller } });
    await linkPair(url, one);
    expect(await run(url, query, { id })).toEqual({ customer: { id: one.ids.billing, reseller } });
  });

  test('gives both sides what the backends and the journal know of either', async () => {
    const { url, one } = await scene();
    const query = `query ($billing: BillingCustomerKey!, $domain: String!) {
      fromBilling: customer(by: { billing: $billing }) { ...All }
      fromReseller: customer(by: { domain: $domain }) { ...All }
    } fragment All on Customer {
      id billing { account { name } } reseller { customerDomain }
      subscriptions { nodes { customerId } } operations { nodes { id } }
      notifications { nodes { id } }
    }`;
    const { domain, billing } = one;
    const empty = { nodes: [] };
    const ofReseller = {
      reseller: { customerDomain: domain },
      subscriptions: { nodes: expect.arrayContaining([{ customerId: one.resellerCustomerId }]) },
      notifications: empty,
    };
    const ofBilling = { billing: { account: { name: expect.any(String) } }, operations: empty };
    expect(await run(url, query, { domain, billing })).toMatchObject({
      fromBilling: { ...ofBilling, reseller: null, subscriptions: null, notifications: null },
      fromReseller: { ...ofReseller, billing: null, operations: null },
    });
    await linkPair(url, one);
    const linked = { id: one.ids.billing, ...ofBilling, ...ofReseller };
    expect(await run(url, query, { domain, billing })).toEqual({
      fromBilling: linked,
      fromReseller: linked,
    });
  });

  test('gives the customer one id, wherever it comes from', async () => {
    const { url, one } = await scene();
    await linkPair(url, one);
    const data = await run(
      url,
      `query ($domain: String!, $reseller: String!, $billing: BillingCustomerKey!, $b: ID!, $r: ID!) {
        byDomain: customer(by: { domain: $domain }) { id }
        byReseller: customer(by: { resellerCustomerId: $reseller }) { id }
        byBilling: customer(by: { billing: $billing }) { id }
        nodes(ids: [$b, $r]) { id }
        customers { nodes { id } }
        ofOne: subscriptions(customer: $b) { nodes { customer { id } } }
        ofAll: subscriptions(customerNamePrefix: $domain) { nodes { customer { id } } }
      }`,
      {
        ...{ domain: one.domain, reseller: one.resellerCustomerId, billing: one.billing },
        ...{ b: one.ids.billing, r: one.ids.reseller },
      },
    );
    const canonical = { id: one.ids.billing };
    const subscriptions = { nodes: expect.arrayContaining([{ customer: canonical }]) };
    expect(data).toEqual({
      ...{ byDomain: canonical, byReseller: canonical, byBilling: canonical },
      nodes: [canonical, canonical],
      customers: { nodes: expect.arrayContaining([canonical]) },
      ...{ ofOne: subscriptions, ofAll: subscriptions },
    });
  });

  test('lets both ids that were handed out before go on, in queries and mutations', async () => {
    const { url, one } = await scene();
    const before = await bothSides(url, one);
    await linkPair(url, one);
    const canonical = { id: one.ids.billing };
    for (const customer of before) {
      const id = customer?.id ?? '';
      expect(await customerBy(url, { id })).toEqual(linkedAs(one));
      const changed = await run(
        url,
        `mutation ($id: ID!) {
          activateCustomer(input: { customer: $id }) {
            ... on ActivateCustomerSuccess { operation { customer { id } } }
          }
          updateCustomer(input: { customer: $id, phoneNumber: "+49 40 1234567" }) {
            ... on UpdateCustomerSuccess { customer { id } }
          }
        }`,
        { id },
      );
      expect(changed).toEqual({
        activateCustomer: { operation: { customer: canonical } },
        updateCustomer: { customer: canonical },
      });
    }
    const lists = `query ($id: ID!) {
      operations(customer: $id) { nodes { customer { id } } }
      notifications(customer: $id) { nodes { id } }
    }`;
    const ofOne = { customer: canonical };
    for (const customer of before) {
      expect(await run(url, lists, { id: customer?.id })).toEqual({
        operations: { nodes: [ofOne, ofOne] },
        notifications: { nodes: [] },
      });
    }
  });

  test('is refused when either customer has another partner, who is named', async () => {
    const { url, one, other } = await scene();
    await linkPair(url, one);
    const rivals = [
      await link(url, one.billing, { id: other.resellerCustomerId }),
      await link(url, other.billing, { domain: one.domain }),
    ];
    expect(rivals).toEqual([conflictAt('billing', one), conflictAt('reseller', one)]);
    expect(await bothSides(url, one)).toEqual([linkedAs(one), linkedAs(one)]);
    expect(await bothSides(url, other)).toEqual(partedAs(other));
  });

  test('sent at once for one customer and two partners makes one link', async () => {
    const { url, one, other } = await scene();
    const ids = [one.resellerCustomerId, other.resellerCustomerId];
    const results = await Promise.all(ids.map((id) => link(url, one.billing, { id })));
    const linked = await customerBy(url, { billing: one.billing });
    const resellerCustomerId = linked?.reseller?.customerId ?? '';
    expect(results).toContainEqual(conflictAt('billing', { ...one, resellerCustomerId }));
    expect(results).toContainEqual({
      customer: expect.objectContaining({
        reseller: expect.objectContaining({ customerId: resellerCustomerId }),
      }),
    });
  });

  test('is refused when either backend does not know its customer', async () => {
    const { url, one } = await scene();
    const { billing, domain } = one;
    const refusals = [
      await link(url, { ...billing, customerId: 'nobody' }, { domain }),
      await link(url, { ...billing, resellerId: 'nobody' }, { domain }),
      await link(url, billing, { id: 'C0nobody' }),
      await link(url, billing, { domain: 'nobody-has-this.example' }),
    ];
    const refusal = { __typename: 'NotFoundError', code: 'NOT_FOUND' };
    expect(refusals).toMatchObject(Array(4).fill(refusal));
    expect(await bothSides(url, one)).toEqual(partedAs(one));
  });

  test('is refused when a key says nothing, with its name', async () => {
    const { url, one } = await scene();
    const { billing, domain } = one;
    const refusals = [
      await link(url, { ...billing, customerId: '' }, { domain }),
      await link(url, { ...billing, resellerId: '' }, { domain }),
      await link(url, billing, { id: '' }),
      await link(url, billing, { domain: ' ' }),
    ];
    expect(refusals).toEqual(
      ['customerId', 'resellerId', 'resellerCustomer.id', 'resellerCustomer.domain'].map(
        (name) => ({
          ...{ __typename: 'ValidationError', code: 'BAD_USER_INPUT' },
          message: `${name} must not be empty.`,
        }),
      ),
    );
  });

  test('is refused with a code when not exactly one of id and domain is given', async () => {
    const { url, sandbox } = await scene();
    const mutation = (key: string) =>
      `linkCustomer(input: { billing: { customerId: "C" }, resellerCustomer: ${key} }) { __typename }`;
    for (const literal of ['{}', '{ id: "C0", domain: "a.example" }', '{ id: null }']) {
      const key: unknown = JSON.parse(literal.replaceAll(/(\w+):/g, '"$1":'));
      const query = `mutation ($key: ResellerCustomerKey!) { ${mutation('$key')} }`;
      const answers = [
        await request(url, `mutation { ${mutation(literal)} }`),
        await request(url, query, { key }),
      ];
      for (const { data, errors } of answers) {
        expect(data ?? null).toBeNull();
        expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      }
    }
    expect(sandbox.calls.counts()).toEqual({});
  });
});

describe('unlinkCustomer', () => {
  test.each([
    'billing',
    'reseller',
  ] as const)('parts a customer that is named by its %s id; again, there is nothing to part', async (side) => {
    const { url, one } = await scene();
    await linkPair(url, one);
    expect(await unlink(url, one.ids[side])).toMatchObject({
      customer: { id: one.ids.billing, billing: one.billing, reseller: null },
    });
    expect(await bothSides(url, one)).toEqual(partedAs(one));
    for (const id of Object.values(one.ids)) {
      expect(await unlink(url, id)).toEqual({
        ...{ __typename: 'FailedPreconditionError', code: 'FAILED_PRECONDITION' },
        message: 'This customer is not linked.',
      });
    }
  });

  test('leaves both free to be linked to others', async () => {
    const { url, one, other } = await scene();
    await linkPair(url, one);
    await unlink(url, one.ids.billing);
    await linkPair(url, { ...one, resellerCustomerId: other.resellerCustomerId });
    await linkPair(url, { ...other, resellerCustomerId: one.resellerCustomerId });
    expect((await customerBy(url, { id: one.ids.reseller }))?.id).toBe(other.ids.billing);
    expect((await customerBy(url, { id: other.ids.reseller }))?.id).toBe(one.ids.billing);
  });

  test('is refused what is no id of a customer', async () => {
    const { url } = await scene();
    const refusal = { __typename: 'ValidationError', code: 'BAD_USER_INPUT' };
    for (const id of [encodeGlobalId('Operation', 'O'), encodeGlobalId('Customer', 'x', 'C'), '']) {
      expect(await unlink(url, id)).toMatchObject(refusal);
    }
  });
});
