import { describe, expect, test } from 'vitest';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import {
  ActivateCustomerDocument,
  CancelSubscriptionDocument,
  ChangeSubscriptionPlanDocument,
  CreateResellerServedCustomerDocument,
  CustomerDocument,
  InviteCustomerDocument,
  OrderCustomerDocument,
  OrderSubscriptionDocument,
  SuspendCustomerDocument,
  TransferSubscriptionsDocument,
  UpdateCustomerDocument,
} from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';
import { customerNamed } from '../support/seeded.ts';

interface Refusal {
  readonly __typename: string;
  readonly fields?: readonly { readonly path: readonly string[] }[];
}

/** The paths of the fields that a mutation refused. */
function refusedPaths(result: object | null | undefined): string[] {
  expect(result).toMatchObject({ __typename: 'ValidationError', code: 'BAD_USER_INPUT' });
  return (result as Refusal).fields?.map(({ path }) => path.join('.')) ?? [];
}

async function flexible(gateway: TestGateway) {
  const by = { domain: 'flexible.example' };
  const { data } = await request(gateway.url, CustomerDocument, { by });
  const customer = data?.customer?.id ?? '';
  const subscription = data?.customer?.subscriptions?.nodes[0]?.id ?? '';
  gateway.sandbox.calls.reset();
  return { customer, subscription };
}

const person = { name: 'Ada' };
const postalAddress = {
  contactName: 'Ada Byron',
  organizationName: 'Byron Engines',
  postalCode: 'EC1A 1AA',
  countryCode: 'GB',
};
const customer = {
  customerDomain: 'byron.example',
  alternateEmail: 'ada@elsewhere.example',
  postalAddress,
};

const order = {
  action: 'BUY' as const,
  skuId: '1010470001',
  planName: 'FLEXIBLE' as const,
  seats: 5,
};

describe('an input that a documented rule forbids is refused with its paths, and nothing is sent', () => {
  test.each([
    [{ name: ' ', invitationEmail: 'a@b.example', person }, ['input.name']],
    [{ name: 'A', invitationEmail: 'nobody', person }, ['input.invitationEmail']],
    [
      { name: 'A', invitationEmail: 'a@b.example', person: { email: 'nobody' } },
      ['input.person.email'],
    ],
    [
      { resellerId: 'r'.repeat(51), name: '', invitationEmail: 'a@b.example', person },
      ['input.name', 'input.resellerId'],
    ],
  ])('inviteCustomer %j', async (input, paths) => {
    const { url, sandbox } = await startTestGateway();
    const { data } = await request(url, InviteCustomerDocument, { input });
    expect(refusedPaths(data?.inviteCustomer)).toEqual(paths);
    expect(sandbox.calls.counts()).toEqual({});
  });

  test('createResellerServedCustomer without a name', async () => {
    const { url, sandbox } = await startTestGateway();
    const input = { name: '', person };
    const { data } = await request(url, CreateResellerServedCustomerDocument, { input });
    expect(refusedPaths(data?.createResellerServedCustomer)).toEqual(['input.name']);
    expect(sandbox.calls.counts()).toEqual({});
  });

  test.each([
    [{ ...customer, alternateEmail: undefined }, ['input.alternateEmail']],
    [{ ...customer, alternateEmail: 'ada@byron.example' }, ['input.alternateEmail']],
    [{ ...customer, customerDomain: 'www.byron.example' }, ['input.customerDomain']],
    [{ ...customer, phoneNumber: '0123' }, ['input.phoneNumber']],
    [
      { ...customer, postalAddress: { ...postalAddress, locality: 'x'.repeat(256) } },
      ['input.postalAddress.locality'],
    ],
    [
      { ...customer, postalAddress: { ...postalAddress, countryCode: 'GBR' } },
      ['input.postalAddress.countryCode'],
    ],
    [
      { ...customer, postalAddress: { countryCode: 'GB', postalCode: '1' } },
      ['input.postalAddress.contactName', 'input.postalAddress.organizationName'],
    ],
    [
      { customerDomain: 'byron.example', customerType: 'TEAM' as const },
      ['input.primaryAdminEmail'],
    ],
  ])('orderCustomer %j', async (input, paths) => {
    const { url, sandbox } = await startTestGateway();
    const { data } = await request(url, OrderCustomerDocument, { input });
    expect(refusedPaths(data?.orderCustomer)).toEqual(paths);
    expect(sandbox.calls.counts()).toEqual({});
  });

  test('updateCustomer with an e-mail address that is none', async () => {
    const gateway = await startTestGateway();
    const { customer: id } = await flexible(gateway);
    const input = { customer: id, alternateEmail: 'nobody' };
    const { data } = await request(gateway.url, UpdateCustomerDocument, { input });
    expect(refusedPaths(data?.updateCustomer)).toEqual(['input.alternateEmail']);
    expect(gateway.sandbox.calls.counts()).toEqual({});
  });

  test.each([
    [{ ...order, action: 'SWITCH' as const }, ['input.sourceSkuId']],
    [{ ...order, sourceSkuId: '1010020027' }, ['input.sourceSkuId']],
    [{ ...order, action: 'TRANSFER' as const }, ['input.customerAuthToken']],
    [
      { ...order, action: 'TRANSFER' as const, customerAuthToken: 'x', dealCode: 'y' },
      ['input.dealCode'],
    ],
    [{ ...order, planName: undefined }, ['input.planName']],
    [{ ...order, planNameRaw: 'FLEXIBLE' }, ['input.planName']],
    [{ ...order, planName: 'UNRECOGNIZED' as const }, ['input.planName']],
    [{ ...order, planName: undefined, planNameRaw: ' ' }, ['input.planNameRaw']],
    [{ ...order, renewalTypeRaw: '' }, ['input.renewalTypeRaw']],
    [{ ...order, seats: 0 }, ['input.seats']],
    [{ ...order, purchaseOrderId: 'x'.repeat(81) }, ['input.purchaseOrderId']],
    [{ ...order, dealCode: 'x'.repeat(101) }, ['input.dealCode']],
    [{ ...order, skuId: '' }, ['input.skuId']],
  ])('orderSubscription %j', async (fields, paths) => {
    const gateway = await startTestGateway();
    const { customer: id } = await flexible(gateway);
    const input = { customer: id, ...fields };
    const { data } = await request(gateway.url, OrderSubscriptionDocument, { input });
    expect(refusedPaths(data?.orderSubscription)).toEqual(paths);
    expect(gateway.sandbox.calls.counts()).toEqual({});
  });

  test.each([
    ['1010050001', 'TRIAL' as const, 50],
    ['1010010001', 'FREE' as const, 51],
    ['2999999999', 'FLEXIBLE' as const, 60_000],
  ])('orderSubscription of %s with the plan %s leaves %i seats to the reseller API', async (...row) => {
    const [skuId, planName, seats] = row;
    const gateway = await startTestGateway();
    const { customer: id } = await flexible(gateway);
    const input = { ...order, customer: id, skuId, planName, seats };
    await request(gateway.url, OrderSubscriptionDocument, { input });
    expect(gateway.sandbox.calls.count('subscriptions.insert')).toBe(1);
  });

  test('transferSubscriptions names the item that is wrong', async () => {
    const gateway = await startTestGateway();
    const { customer: id } = await flexible(gateway);
    const subscriptions = [
      { skuId: '1010020027', planName: 'FLEXIBLE' as const, seats: 5 },
      { skuId: '1010020028', planName: 'FLEXIBLE' as const, seats: -5 },
    ];
    const input = { customer: id, customerAuthToken: 'token', subscriptions };
    const { data } = await request(gateway.url, TransferSubscriptionsDocument, { input });
    expect(refusedPaths(data?.transferSubscriptions)).toEqual(['input.subscriptions.1.seats']);
    expect(gateway.sandbox.calls.counts()).toEqual({});
  });
});

describe('what a backend refuses lands on the path of the input', () => {
  test('a customer id that billing finds too long', async () => {
    const { url } = await startTestGateway();
    const id = Buffer.from(`Customer:b:reseller:${'c'.repeat(51)}`).toString('base64url');
    const { data } = await request(url, ActivateCustomerDocument, { customer: id });
    expect(data?.activateCustomer).toMatchObject({ __typename: 'ValidationError' });
  });

  test('a country that is not open for resale', async () => {
    const { url } = await startTestGateway();
    const input = { ...customer, postalAddress: { ...postalAddress, countryCode: 'KP' } };
    const { data } = await request(url, OrderCustomerDocument, { input });
    expect(refusedPaths(data?.orderCustomer)).toEqual(['input.postalAddress.countryCode']);
  });

  test('a plan that the SKU does not have, under the name that the caller used', async () => {
    const gateway = await startTestGateway();
    const { customer: id } = await flexible(gateway);
    const raw = { ...order, planName: undefined, planNameRaw: 'ANNUAL_DAILY_PAY' };
    const input = { customer: id, ...raw };
    const { data } = await request(gateway.url, OrderSubscriptionDocument, { input });
    expect(refusedPaths(data?.orderSubscription)).toEqual(['input.planNameRaw']);
  });

  test('a subscription that cannot be cancelled', async () => {
    const gateway = await startTestGateway();
    const { subscription } = await flexible(gateway);
    const { data } = await request(gateway.url, CancelSubscriptionDocument, { subscription });
    expect(refusedPaths(data?.cancelSubscription)).toEqual(['input.subscription']);
  });

  test('seats of an annual plan that go down', async () => {
    const gateway = await startTestGateway();
    const by = { domain: 'annual-monthly.example' };
    const { data: found } = await request(gateway.url, CustomerDocument, { by });
    const subscription = found?.customer?.subscriptions?.nodes[0]?.id ?? '';
    const { data } = await request<{ changeSubscriptionSeats: object }, object>(
      gateway.url,
      `mutation { changeSubscriptionSeats(input: { subscription: "${subscription}", seats: 1 }) {
          __typename ... on ValidationError { code fields { path message } } } }`,
    );
    expect(refusedPaths(data?.changeSubscriptionSeats)).toEqual(['input.seats']);
  });
});

describe('suspendCustomer without a confirmation', () => {
  test('of a customer that does not exist is not found', async () => {
    const { url, sandbox } = await startTestGateway();
    const input = { customer: encodeGlobalId('Customer', 'b', sandbox.resellerId, 'unknown') };
    const { data } = await request(url, SuspendCustomerDocument, { input });
    expect(data?.suspendCustomer).toMatchObject({ __typename: 'NotFoundError' });
  });

  test('of a customer that exists is refused, and nothing is suspended', async () => {
    const gateway = await startTestGateway();
    const input = { customer: await customerNamed(gateway, 'Nordlicht Bakery') };
    const { data } = await request(gateway.url, SuspendCustomerDocument, { input });
    expect(refusedPaths(data?.suspendCustomer)).toEqual(['input.confirm']);
    expect(gateway.sandbox.calls.count('CustomerService.Suspend')).toBe(0);
  });
});

test('changeSubscriptionPlan without seats keeps their number', async () => {
  const gateway = await startTestGateway();
  const { subscription } = await flexible(gateway);
  const { data } = await request<{ changeSubscriptionPlan: object }, object>(
    gateway.url,
    `mutation ($id: ID!) {
      changeSubscriptionPlan(input: { subscription: $id, planName: ANNUAL_YEARLY_PAY }) {
        ... on ChangeSubscriptionPlanSuccess {
          subscription { plan { planName } seats { numberOfSeats } } } } }`,
    { id: subscription },
  );
  expect(data?.changeSubscriptionPlan).toEqual({
    subscription: { plan: { planName: 'ANNUAL_YEARLY_PAY' }, seats: { numberOfSeats: 25 } },
  });
});

describe('words that are new to the gateway', () => {
  test('go through to the backend as they are', async () => {
    const gateway = await startTestGateway();
    const { subscription } = await flexible(gateway);
    const input = { subscription, planNameRaw: 'ANNUAL_DAILY_PAY', seats: 30 };
    const { data } = await request(gateway.url, ChangeSubscriptionPlanDocument, { input });
    // This backend does not know it either, and says so.
    expect(data?.changeSubscriptionPlan).toMatchObject({ __typename: 'ValidationError' });
    expect(gateway.sandbox.calls.count('subscriptions.changePlan')).toBe(1);
  });
});

describe('several transfers at once', () => {
  const domain = 'fernweh-travel.example';
  const customerAuthToken = 'a1b2c3d4e5f60718';

  test('are one batch; each has an outcome of its own', async () => {
    const gateway = await startTestGateway();
    const { data: found } = await request<
      { customer: { id: string }; subscriptions: { nodes: { skuId: string }[] } },
      object
    >(gateway.url, `{ customer(by: { domain: "${domain}" }) { id } }`);
    const id = found?.customer.id ?? '';
    const listed = await request<
      { subscriptions: { nodes: { skuId: string; status: string }[] } },
      object
    >(
      gateway.url,
      `{ subscriptions(customer: "${id}", customerAuthToken: "${customerAuthToken}") {
          nodes { skuId status transferInfo { minimumTransferableSeats } } } }`,
    );
    const active = listed.data?.subscriptions.nodes.filter((node) => node.status === 'ACTIVE');
    const skus = active?.map((node) => node.skuId) ?? [];
    expect(skus).toHaveLength(2);
    gateway.sandbox.calls.reset();
    gateway.sandbox.faults.add({
      method: 'subscriptions.insert',
      times: 1,
      effect: { type: 'http', status: 412, reason: 'conditionNotMet' },
    });
    const subscriptions = skus.map((skuId) => ({
      skuId,
      planName: 'ANNUAL_YEARLY_PAY' as const,
      seats: 500,
      renewalType: 'CANCEL' as const,
    }));
    const { data, errors } = await request(gateway.url, TransferSubscriptionsDocument, {
      input: { customer: id, customerAuthToken, subscriptions },
    });
    expect(errors).toBeUndefined();
    expect(data?.transferSubscriptions).toMatchObject({
      transfers: [
        { skuId: skus[0], subscription: null, error: { code: 'FAILED_PRECONDITION' } },
        { skuId: skus[1], subscription: { skuId: skus[1] }, error: null },
      ],
    });
    expect(gateway.sandbox.calls.count('batch')).toBe(1);
  });
});
