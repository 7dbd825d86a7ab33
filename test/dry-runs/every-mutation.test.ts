import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { getNamedType, isInputObjectType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { schema } from '../../src/schema/schema.ts';
import { sharedTestGateway, type TestGateway, testClock } from '../support/gateway.ts';
import { request } from '../support/request.ts';
import { dryRun, holderAt, send, valuesNow, writeCalls } from './dry-runs.support.ts';

/** All mutations of the schema. Each must have an input here, and accept a dry run. */
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {}).map(
  ({ name, args: [input] }) => {
    const type = input && getNamedType(input.type);
    const fields = isInputObjectType(type) ? type.getFields() : {};
    return { name, hasKey: 'idempotencyKey' in fields };
  },
);

/** The mutations that undo each other, in an order in which each one changes something. */
const first = [
  'cancelOperation',
  'suspendCustomer',
  'activateCustomer',
  'linkCustomer',
  'unlinkCustomer',
];
const order = [
  ...new Set([...first, 'registerNotifications', ...mutations.map(({ name }) => name)]),
];

const postalAddress = {
  ...{ contactName: 'Ada', organizationName: 'Ada Ltd', postalCode: '20457', countryCode: 'DE' },
};

/** Inputs that the sandbox accepts, one after another in this order, of every mutation. */
async function inputsOf(started: TestGateway): Promise<Record<string, object>> {
  const { url, sandbox } = started;
  const at = (domain: string) => holderAt(url, domain);
  const first = async (domain: string) => ({ subscription: (await at(domain)).subscriptions[0] });
  const [billingId, otherId] = unlinkedIds(sandbox);
  const { resellerId } = sandbox;
  const billing = { resellerId, customerId: billingId };
  const customer = encodeGlobalId('Customer', 'b', resellerId, billingId ?? '');
  const other = encodeGlobalId('Customer', 'b', resellerId, otherId ?? '');
  const products = await at('several-products.example');
  const account = { serviceAccountEmailAddress: 'portal@reseller.example' };
  const person = { name: 'Ada' };
  return {
    activateCustomer: { customer },
    suspendCustomer: { customer, confirm: true },
    inviteCustomer: { name: 'Ada', person, invitationEmail: 'ada@ada.example' },
    createResellerServedCustomer: { name: 'Bea', person },
    orderCustomer: {
      ...{ customerDomain: 'ada.example', alternateEmail: 'ada@backup.example', postalAddress },
    },
    updateCustomer: { customer: (await at('flexible.example')).customer, postalAddress },
    orderSubscription: {
      ...{ customer: (await at('empty-shelf.example')).customer, action: 'BUY' },
      ...{ skuId: '1010020028', planName: 'ANNUAL_MONTHLY_PAY', seats: 12 },
      renewalType: 'AUTO_RENEW_YEARLY_PAY',
    },
    transferSubscriptions: {
      ...{ customer: (await at('direct-bakery.example')).customer },
      customerAuthToken: '0f1e2d3c4b5a6978',
      subscriptions: [{ skuId: '1010020028', planName: 'FLEXIBLE', seats: 10 }],
    },
    activateSubscription: await first('paused-by-reseller.example'),
    changeSubscriptionSeats: { ...(await first('flexible.example')), seats: 45 },
    changeSubscriptionPlan: {
      ...{ ...(await first('flexible.example')), planName: 'ANNUAL_YEARLY_PAY' },
      ...{ seats: 40, purchaseOrderId: 'PO-1' },
    },
    suspendSubscription: await first('legacy-sku.example'),
    startPaidService: await first('trial-assigned.example'),
    changeSubscriptionRenewalSettings: {
      ...{ ...(await first('annual-monthly.example')), renewalType: 'CANCEL' },
    },
    cancelSubscription: { subscription: products.subscriptions[1] },
    transferSubscriptionToDirect: { subscription: products.subscriptions[0] },
    registerNotifications: account,
    unregisterNotifications: account,
    linkCustomer: { billing, resellerCustomer: { domain: 'flexible.example' } },
    unlinkCustomer: { customer },
    cancelOperation: { operation: await operationOf(url, other) },
    settleWrite: { auditEntry: await unsettled(started, other), action: 'CONFIRM_NOT_DONE' },
  };
}

/** Ids of customers of the main reseller that are not linked. */
function unlinkedIds({ store, resellerId, links }: TestGateway['sandbox']): string[] {
  const linked = new Set(links.map(({ billing }) => billing.customerId));
  return [...store.billing.customersOf(resellerId)]
    .map(({ id }) => id)
    .filter((id) => !linked.has(id));
}

async function operationOf(url: string, customer: string): Promise<string> {
  const { data } = await request<{ started: { operation: { id: string } } }, object>(
    url,
    `mutation ($customer: ID!) { started: activateCustomer(input: { customer: $customer }) {
      ... on ActivateCustomerSuccess { operation { id } } } }`,
    { customer },
  );
  return data?.started.operation.id ?? '';
}

/** An activation whose answers are lost. Returns the id of its audit entry. */
async function unsettled({ url, sandbox }: TestGateway, customer: string): Promise<string> {
  sandbox.faults.add({
    method: 'CustomerService.Activate',
    effect: { type: 'grpc', code: status.UNAVAILABLE },
  });
  const { data } = await request<{ lost: { auditEntry: { id: string } } }, object>(
    url,
    `mutation ($customer: ID!) { lost: activateCustomer(input: { customer: $customer }) {
      ... on OutcomeUnknownError { auditEntry { id } } } }`,
    { customer },
  );
  sandbox.faults.clear();
  return data?.lost.auditEntry.id ?? '';
}

interface Stored {
  readonly auditLog: { readonly totalCount: number };
  readonly operations: { readonly totalCount: number };
}

/** How much the gateway itself has stored. */
async function stored(url: string): Promise<Stored | null | undefined> {
  const query = '{ auditLog { totalCount } operations { totalCount } }';
  return (await request<Stored, object>(url, query)).data;
}

async function entryOf(url: string, key: string): Promise<unknown> {
  const { data } = await request<{ auditEntry: unknown }, object>(
    url,
    'query ($key: UUID!) { auditEntry(by: { idempotencyKey: $key }) { outcome } }',
    { key },
  );
  return data?.auditEntry;
}

const env = {
  ...{ BILLING_TIMEOUT_MS: '400', WRITE_SEND_WITHIN_MS: '300', WRITE_RECOVERY_WINDOW_MS: '0' },
};
const clock = testClock();
const gateway = sharedTestGateway({
  ...{ env, sandbox: { seed: { customers: 20 }, now: clock.now } },
});
let inputs: Readonly<Record<string, object>> = {};
beforeAll(async () => {
  inputs = await inputsOf(gateway());
});

test('every mutation has an input to try', () => {
  expect(Object.keys(inputs).toSorted()).toEqual(mutations.map(({ name }) => name).toSorted());
});

describe('a dry run sends and records nothing, and says what the mutation then does:', () => {
  test.each(order)('%s', async (mutation) => {
    const { url, sandbox } = gateway();
    const hasKey = mutations.find(({ name }) => name === mutation)?.hasKey;
    const key = hasKey ? { idempotencyKey: randomUUID() } : {};
    const input = { ...inputs[mutation], ...key };
    const before = await stored(url);
    sandbox.calls.reset();
    const dry = await dryRun(url, mutation, input);
    expect(dry).toMatchObject({
      __typename: 'DryRun',
      summary: expect.stringMatching(/^[A-Z].*\.$/),
    });
    expect(writeCalls(gateway())).toEqual([]);
    expect(before?.auditLog.totalCount).toEqual(expect.any(Number));
    expect(await stored(url)).toEqual(before);
    if (key.idempotencyKey) expect(await entryOf(url, key.idempotencyKey)).toBeNull();

    const changes = (dry.changes ?? []).filter(({ objectId }) => objectId !== null);
    expect(await valuesNow(url, changes)).toEqual(changes.map((change) => change.before));
    const real = await send(url, mutation, input);
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Success`;
    expect(real, real.message).toEqual({ __typename: type });
    // Operations end.
    clock.advance(10_000);
    await expect.poll(() => valuesNow(url, changes)).toEqual(changes.map((change) => change.after));
    expect(dry.changes).not.toEqual([]);
  });
});
