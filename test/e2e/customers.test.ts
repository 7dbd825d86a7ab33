import { describe, expect, test } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';
import {
  CustomerDocument,
  CustomersDocument,
  SubscriptionsDocument,
} from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';

describe('backend calls per query', () => {
  test('100 customers by billing id are one gRPC call', async () => {
    const { url, sandbox } = await startTestGateway({ sandbox: { seed: { customers: 120 } } });
    const { data, errors } = await request<{ customers: { nodes: unknown[] } }, object>(
      url,
      '{ customers(first: 100) { nodes { billing { customerId } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data?.customers.nodes).toHaveLength(100);
    expect(sandbox.calls.counts()).toEqual({ 'CustomerService.List': 1 });
  });

  test('their reseller half is one REST call per linked customer, none repeated, all at once', async () => {
    const { url, sandbox } = await startTestGateway({
      sandbox: { seed: { customers: 120 }, faults: [{ backend: 'reseller', latencyMs: 500 }] },
      env: { RESELLER_CONNECTIONS: '200' },
    });
    const { data } = await request<{ customers: { nodes: { reseller: object | null }[] } }, object>(
      url,
      `{ customers(first: 100) { nodes {
          reseller { customerDomain }
          again: reseller { customerId }
        } } }`,
    );
    const linked = data?.customers.nodes.filter((node) => node.reseller).length ?? 0;
    expect(linked).toBeGreaterThan(30);
    expect(sandbox.calls.counts()).toEqual({ 'CustomerService.List': 1, 'customers.get': linked });
    expect(sandbox.calls.peak('reseller')).toBe(linked);
  });

  test('no more REST calls are under way than the pool holds', async () => {
    const { url, sandbox } = await startTestGateway({
      sandbox: { faults: [{ backend: 'reseller', latencyMs: 5 }] },
      env: { RESELLER_CONNECTIONS: '4' },
    });
    await request(url, '{ customers(first: 40) { nodes { reseller { customerDomain } } } }');
    expect(sandbox.calls.peak('reseller')).toBe(4);
  });

  test('with RESELLER_BATCH the reseller half of all customers is one POST /batch', async () => {
    const { url, sandbox } = await startTestGateway({ env: { RESELLER_BATCH: 'true' } });
    const { data, errors } = await request(url, CustomersDocument, { first: 40 });
    expect(errors).toBeUndefined();
    const linked = data?.customers?.nodes.filter((node) => node.reseller) ?? [];
    expect(linked.length).toBeGreaterThan(10);
    const { batch } = sandbox.calls.counts();
    // One for the customers, one for their subscriptions.
    expect(batch).toBe(2);
    expect(
      sandbox.calls.recent.filter((call) => call.backend === 'reseller' && !call.batched),
    ).toHaveLength(2);
  });

  test('what a request already has is not asked for again', async () => {
    const { url, sandbox } = await startTestGateway();
    const domain = 'flexible.example';
    const { data, errors } = await request<{ a: object; b: object; c: object }, object>(
      url,
      `{ a: customer(by: { domain: "${domain}" }) { reseller { customerId customerDomain } }
         b: customer(by: { domain: "${domain}" }) { reseller { customerDomain } subscriptions { nodes { customer { reseller { customerDomain } } } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data?.a).toMatchObject({ reseller: { customerDomain: domain } });
    expect(sandbox.calls.counts()).toEqual({ 'customers.get': 1, 'subscriptions.list': 1 });
  });

  test('the same query sent twice at once is one call upstream', async () => {
    const { url, sandbox } = await startTestGateway({
      sandbox: { faults: [{ backend: 'billing', latencyMs: 100 }] },
    });
    const query = '{ customers(first: 5) { nodes { id } } }';
    const [a, b] = await Promise.all([request(url, query), request(url, query)]);
    expect(a).toEqual(b);
    expect(sandbox.calls.counts()).toEqual({ 'CustomerService.List': 1 });
  });

  test('hasNextPage costs a call only when it is selected and a token is left', async () => {
    const { url, sandbox } = await startTestGateway();
    await request(url, '{ customers(first: 40) { pageInfo { hasNextPage endCursor } } }');
    expect(sandbox.calls.counts()).toEqual({ 'CustomerService.List': 1 });
    sandbox.calls.reset();
    await request(url, '{ customers(first: 10) { pageInfo { hasNextPage } } }');
    expect(sandbox.calls.counts()).toEqual({ 'CustomerService.List': 2 });
  });
});

describe('one customer', () => {
  test('is the same, by the same id, from every side', async () => {
    const { url, sandbox } = await startTestGateway();
    const link = sandbox.links[0];
    if (!link) throw new Error('the seed has links');
    const { resellerCustomerId, billing } = link;
    const { data: fromReseller } = await request(url, CustomerDocument, {
      by: { resellerCustomerId },
    });
    const { data: fromBilling } = await request(url, CustomerDocument, { by: { billing } });
    expect(fromReseller?.customer).toBeTruthy();
    expect(fromBilling).toEqual(fromReseller);
    const domain = fromReseller?.customer?.reseller?.customerDomain ?? '';
    expect(await request(url, CustomerDocument, { by: { domain } })).toEqual({ data: fromBilling });
    const id = fromBilling?.customer?.id ?? '';
    expect(await request(url, CustomerDocument, { by: { id } })).toEqual({ data: fromBilling });
    const { data: byNode } = await request<{ node: unknown; nodes: unknown[] }, object>(
      url,
      `{ node(id: "${id}") { id __typename } nodes(ids: ["${id}"]) { id } }`,
    );
    expect(byNode).toEqual({ node: { id, __typename: 'Customer' }, nodes: [{ id }] });
  });

  test('an id that was handed out by the reseller side still finds a linked customer', async () => {
    const { url, sandbox } = await startTestGateway();
    const link = sandbox.links[0];
    const old = Buffer.from(`Customer:r:${link?.resellerCustomerId}`).toString('base64url');
    const { data } = await request<{ node: { id: string } }, object>(
      url,
      `{ node(id: "${old}") { id ... on Customer { billing { customerId } } } }`,
    );
    expect(data?.node).toMatchObject({ billing: { customerId: link?.billing.customerId } });
    expect(data?.node.id).not.toBe(old);
  });

  test.each([
    { by: { domain: 'nobody-has-this.example' } },
    { by: { resellerCustomerId: 'C0unknown' } },
    { by: { billing: { customerId: 'unknown' } } },
    { by: { id: Buffer.from('Customer:r:C0unknown').toString('base64url') } },
  ])('nobody is null without an error: %j', async (variables) => {
    const { url } = await startTestGateway();
    expect(await request(url, CustomerDocument, variables)).toEqual({ data: { customer: null } });
  });

  test.each([
    'fernweh-travel.example',
    'direct-bakery.example',
  ])('that another reseller or Google manages is data, and says so: %s', async (domain) => {
    const { url } = await startTestGateway();
    const result = await request<{ customer: { id: string } }, object>(
      url,
      `query ($by: CustomerBy!) { customer(by: $by) { id
        reseller { customerDomain customerType alternateEmail isManagedElsewhere }
        subscriptions { nodes { id } } } }`,
      { by: { domain } },
    );
    const id = result.data?.customer.id;
    const reseller = {
      ...{ customerDomain: domain, customerType: 'DOMAIN', alternateEmail: null },
      isManagedElsewhere: true,
    };
    expect(result).toEqual({ data: { customer: { id, reseller, subscriptions: null } } });
    const listed = `query ($id: ID!) { subscriptions(customer: $id) { nodes { id } } }`;
    expect(await request(url, listed, { id })).toEqual({ data: { subscriptions: null } });
    const wrong = listed.replace('$id)', '$id, customerAuthToken: "ff")');
    const { errors } = await request(url, wrong, { id });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test.each([
    'flexible.example',
    'sparse.example',
  ])('of this reseller says so: %s', async (domain) => {
    const { url } = await startTestGateway();
    const query = `{ customer(by: { domain: "${domain}" }) { reseller { isManagedElsewhere } } }`;
    expect(await request(url, query)).toEqual({
      data: { customer: { reseller: { isManagedElsewhere: false } } },
    });
  });

  test('of this reseller whose subscriptions the API denies is an error', async () => {
    const { url, sandbox } = await startTestGateway();
    const effect = { type: 'http', status: 403, reason: 'forbidden' } as const;
    sandbox.faults.add({ method: 'subscriptions.list', effect });
    const by = { domain: 'flexible.example' };
    const { data, errors } = await request(url, CustomerDocument, { by });
    expect(data?.customer?.subscriptions).toBeNull();
    expect(errors).toMatchObject([
      {
        path: ['customer', 'subscriptions'],
        extensions: { code: 'FORBIDDEN', service: 'reseller' },
      },
    ]);
  });
});

describe('subscriptions', () => {
  test('of everybody are read in as few upstream pages as it takes', async () => {
    const { url, sandbox } = await startTestGateway({ sandbox: { seed: { customers: 120 } } });
    const { data } = await request<{ subscriptions: { nodes: { id: string }[] } }, object>(
      url,
      '{ subscriptions(first: 150) { nodes { id subscriptionId } } }',
    );
    expect(data?.subscriptions.nodes).toHaveLength(150);
    expect(new Set(data?.subscriptions.nodes.map((node) => node.id)).size).toBe(150);
    // Two pages, and the subscriptions of the last customer, which may continue on the next page.
    expect(sandbox.calls.counts()).toEqual({ 'subscriptions.list': 3 });
  });

  test('are narrowed by how the domain begins; an empty beginning narrows nothing', async () => {
    const { url } = await startTestGateway();
    const some = await request(url, SubscriptionsDocument, { customerNamePrefix: 'several' });
    const domains = some.data?.subscriptions?.nodes.map((node) => node.customerDomain);
    expect(domains).toEqual(Array(3).fill('several-products.example'));
    const all = await request(url, SubscriptionsDocument, { customerNamePrefix: '', first: 100 });
    expect(all.data?.subscriptions?.nodes.length).toBeGreaterThan(50);
  });

  test('are found by their global id when their own id has changed', async () => {
    const { url, sandbox } = await startTestGateway();
    const by = { domain: 'trial-assigned.example' };
    const fields = 'id customerId subscriptionId skuId';
    const before = await request<CustomerSubscriptions, object>(
      url,
      `{ customer(by: { domain: "${by.domain}" }) { subscriptions { nodes { ${fields} } } } }`,
    );
    const [old] = before.data?.customer.subscriptions.nodes ?? [];
    if (!old) throw new Error('the seed has a trial with a plan');
    const path = `apps/reseller/v1/customers/${old.customerId}/subscriptions/${old.subscriptionId}/startPaidService`;
    const started = await fetch(new URL(path, sandbox.resellerUrl), { method: 'POST' });
    expect(started.status).toBe(200);

    const { data } = await request<
      Record<'subscription' | 'node' | 'stale', object | null>,
      object
    >(
      url,
      `{ subscription(by: { id: "${old.id}" }) { subscriptionId skuId }
         node(id: "${old.id}") { id }
         stale: subscription(by: { key: { customerId: "${old.customerId}", subscriptionId: "${old.subscriptionId}" } }) { id } }`,
    );
    expect(data).toMatchObject({
      subscription: { skuId: old.skuId },
      node: { id: old.id },
      stale: null,
    });
    expect(data?.subscription).not.toMatchObject({ subscriptionId: old.subscriptionId });
  });

  test('words that the gateway does not know are UNRECOGNIZED, with the raw word beside', async () => {
    const { url } = await startTestGateway();
    const { data, errors } = await request<CustomerSubscriptions, object>(
      url,
      `{ customer(by: { domain: "from-the-future.example" }) { subscriptions { nodes {
          status statusRaw plan { planName planNameRaw } suspensionReasons suspensionReasonsRaw
      } } } }`,
    );
    expect(errors).toBeUndefined();
    const [future] = data?.customer.subscriptions.nodes ?? [];
    expect(future).toMatchObject({
      status: 'UNRECOGNIZED',
      statusRaw: expect.stringMatching(/./),
      plan: { planName: 'UNRECOGNIZED', planNameRaw: expect.stringMatching(/./) },
    });
  });
});

interface SubscriptionIds {
  readonly id: string;
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly skuId: string;
}

interface CustomerSubscriptions {
  readonly customer: {
    readonly subscriptions: { readonly nodes: readonly SubscriptionIds[] };
  };
}
