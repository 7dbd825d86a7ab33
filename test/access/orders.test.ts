import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { secondResellerId } from '../../src/sandbox/seed/seed.ts';
import { startTenants } from './tenants.support.ts';

describe('orders', () => {
  const order = `mutation ($input: OrderCustomerInput!) { orderCustomer(input: $input) {
    __typename ... on Error { code message } ... on OrderCustomerSuccess { auditEntry { id } customer {
      id reseller { customerDomain } } } } }`;
  const address = {
    ...{ contactName: 'B', organizationName: 'B', addressLine1: 'Main street 1' },
    ...{ locality: 'London', postalCode: 'EC1A 1AA', countryCode: 'GB' },
  };
  const input = (customerDomain: string) => ({
    ...{ customerDomain, alternateEmail: 'b@backup.example', postalAddress: address },
  });

  test('of a customer need the owner, or a visible billing customer', async () => {
    const { ask, second, sandbox } = await startTenants();
    const free = sandbox.store.billing.customersOf(secondResellerId)[3];
    const billing = { resellerId: secondResellerId, customerId: free?.id };
    const refused = await ask(second.token, order, { input: input('new.example') });
    expect(refused.data?.['orderCustomer']).toMatchObject({ code: 'FORBIDDEN' });
    const { data } = await ask(second.token, order, {
      input: { ...input('new.example'), billing },
    });
    const { auditEntry, customer } = Object(data?.['orderCustomer']);
    expect(customer.reseller).toEqual({ customerDomain: 'new.example' });
    const entry = `query ($id: ID!) { auditEntry(by: { id: $id }) { mutation } }`;
    expect((await ask(second.token, entry, { id: auditEntry.id })).data).toEqual({
      auditEntry: { mutation: 'orderCustomer' },
    });
  });

  test('do not reveal a domain of another tenant', async () => {
    const { ask, main, second, sandbox } = await startTenants();
    const free = sandbox.store.billing.customersOf(secondResellerId)[3];
    const billing = { resellerId: secondResellerId, customerId: free?.id };
    const { data } = await ask(second.token, order, {
      input: { ...input(main.ids.domain), billing, idempotencyKey: randomUUID() },
    });
    expect(data?.['orderCustomer']).toMatchObject({ code: 'NOT_FOUND' });
    expect(sandbox.calls.count('customers.insert')).toBe(0);
  });

  test('with a transfer token are for customers of other resellers only', async () => {
    const { ask, second, sandbox } = await startTenants();
    const free = sandbox.store.billing.customersOf(secondResellerId)[3];
    const billing = { resellerId: secondResellerId, customerId: free?.id };
    const transfer = async (domain: string, customerAuthToken: string) => {
      const variables = { input: { ...input(domain), billing, customerAuthToken } };
      return (await ask(second.token, order, variables)).data?.['orderCustomer'];
    };
    // Belongs to the owner of unlinked customers.
    const taken = await transfer('several-products.example', 'a1b2c3d4e5f60718');
    expect(taken).toMatchObject({ code: 'NOT_FOUND' });
    expect(sandbox.calls.count('customers.insert')).toBe(0);
    expect(await transfer('fernweh-travel.example', 'a1b2c3d4e5f60718')).toMatchObject({
      __typename: 'OrderCustomerSuccess',
      customer: { reseller: { customerDomain: 'fernweh-travel.example' } },
    });
  });

  test('of subscriptions are for the customers of the tenant, transfers for the owner', async () => {
    const { ask, second, sandbox } = await startTenants();
    const item = { skuId: '1010470001', planName: 'FLEXIBLE', seats: 3 };
    const bought = await ask(
      second.token,
      `mutation ($input: OrderSubscriptionInput!) { orderSubscription(input: $input) {
        __typename ... on Error { message } } }`,
      { input: { customer: second.ids.customer, action: 'BUY', ...item } },
    );
    expect(bought.data).toEqual({
      orderSubscription: { __typename: 'OrderSubscriptionSuccess' },
    });
    const transferred = await ask(
      second.token,
      `mutation ($input: TransferSubscriptionsInput!) { transferSubscriptions(input: $input) {
        ... on Error { code } } }`,
      { input: { customer: second.ids.customer, customerAuthToken: 't', subscriptions: [item] } },
    );
    expect(transferred.data).toEqual({ transferSubscriptions: { code: 'FORBIDDEN' } });
    const listed = await ask(
      second.token,
      `query ($customer: ID!) { subscriptions(customer: $customer, customerAuthToken: "t") {
        nodes { id } } }`,
      { customer: second.ids.customer },
    );
    expect(listed.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(sandbox.calls.count('subscriptions.insert')).toBe(1);
  });
});
