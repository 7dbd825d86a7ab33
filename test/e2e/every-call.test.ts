import { readFile } from 'node:fs/promises';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { describe, expect, test } from 'vitest';
import { type Clock, startTestGateway, type TestGateway, testClock } from '../support/gateway.ts';
import * as documents from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';
import { customerNamed } from '../support/seeded.ts';

interface Scene extends TestGateway {
  readonly clock: Clock;
}

/** Runs a document; what the mutation gave, which must be no error. */
async function run<T, V>(
  scene: Scene,
  document: TypedDocumentNode<T, V>,
  variables: V,
): Promise<T> {
  const { data, errors } = await request(scene.url, document, variables);
  expect(errors).toBeUndefined();
  for (const [field, result] of Object.entries(data ?? {})) {
    expect(result, field).not.toHaveProperty('message');
    expect(result, field).not.toBeNull();
  }
  if (!data) throw new Error('no data');
  return data;
}

async function holding(scene: Scene, domain: string, at = 0) {
  const { customer } = await run(scene, documents.CustomerDocument, { by: { domain } });
  const subscription = customer?.subscriptions?.nodes[at];
  if (!customer || !subscription) throw new Error(`${domain} holds nothing`);
  return { customer: customer.id, subscription: subscription.id };
}

/** What the reseller backend itself holds, past the gateway. */
function held(scene: Scene, domain: string, at = 0) {
  const [customer] = scene.sandbox.store.reseller.customersAt(domain);
  return customer?.subscriptions[at];
}

/** The billing operation has ended well, past the gateway. */
async function finish(scene: Scene, operationId: string) {
  scene.clock.advance(10_000);
  const { operation } = await run(scene, documents.OperationDocument, { by: { operationId } });
  expect(operation).toMatchObject({ status: 'SUCCEEDED', result: { __typename: 'Customer' } });
  return operation;
}

function isActive(scene: Scene, name: string): boolean | undefined {
  return [...scene.sandbox.store.billing.accounts()].find((one) => one.name === name)?.active;
}

const person = {
  name: 'Ada Byron',
  longname: 'Augusta Ada Byron',
  phone: '+441234567890',
  email: 'ada@byron.example',
  postCode: '12345',
  postAddress: 'PO box 1',
  legalAddress: 'Main street 1',
  tin: 'TIN 1',
};
const postalAddress = {
  contactName: 'Ada Byron',
  organizationName: 'Byron Engines',
  addressLine1: 'Main street 1',
  locality: 'London',
  postalCode: 'EC1A 1AA',
  countryCode: 'GB',
};
const customerDomain = 'byron-engines.example';
const address = 'watcher@project.iam.gserviceaccount.example';

/** One scene per call: through GraphQL, then a look at the backend itself. */
const calls: Record<string, (scene: Scene) => Promise<void>> = {
  'CustomerService.List': async (scene) => {
    const { customers } = await run(scene, documents.CustomersDocument, { first: 3 });
    expect(customers?.nodes).toHaveLength(3);
  },
  'CustomerService.Invite': async (scene) => {
    const input = { name: 'Byron Engines', invitationEmail: 'ada@byron.example', person };
    const { inviteCustomer } = await run(scene, documents.InviteCustomerDocument, { input });
    if (!inviteCustomer || !('operation' in inviteCustomer)) throw new Error('refused');
    const { operation } = inviteCustomer;
    expect(operation).toMatchObject({ kind: 'INVITE_CUSTOMER', status: 'RUNNING' });
    await finish(scene, operation.operationId);
    expect(isActive(scene, 'Byron Engines')).toBe(true);
  },
  'CustomerService.CreateResellerServed': async (scene) => {
    const input = { name: 'Byron Engines', person };
    const document = documents.CreateResellerServedCustomerDocument;
    const { createResellerServedCustomer: created } = await run(scene, document, { input });
    if (!created || !('operation' in created)) throw new Error('refused');
    expect(created.operation.kind).toBe('CREATE_RESELLER_SERVED_CUSTOMER');
    await finish(scene, created.operation.operationId);
    expect(isActive(scene, 'Byron Engines')).toBe(true);
  },
  'CustomerService.Activate': async (scene) => {
    const customer = await customerNamed(scene, 'Nordlicht Bakery');
    const { activateCustomer } = await run(scene, documents.ActivateCustomerDocument, { customer });
    if (!activateCustomer || !('operation' in activateCustomer)) throw new Error('refused');
    await finish(scene, activateCustomer.operation.operationId);
    expect(isActive(scene, 'Nordlicht Bakery')).toBe(true);
  },
  'CustomerService.Suspend': async (scene) => {
    const customer = await customerNamed(scene, 'Nordlicht Bakery');
    const input = { customer, confirm: true };
    const { suspendCustomer } = await run(scene, documents.SuspendCustomerDocument, { input });
    if (!suspendCustomer || !('operation' in suspendCustomer)) throw new Error('refused');
    await finish(scene, suspendCustomer.operation.operationId);
    expect(isActive(scene, 'Nordlicht Bakery')).toBe(false);
  },
  'OperationService.Get': async (scene) => {
    const customer = await customerNamed(scene, 'Nordlicht Bakery');
    const { activateCustomer } = await run(scene, documents.ActivateCustomerDocument, { customer });
    if (!activateCustomer || !('operation' in activateCustomer)) throw new Error('refused');
    const { operationId } = activateCustomer.operation;
    const { operation } = await run(scene, documents.OperationDocument, { by: { operationId } });
    expect(operation?.customer?.id).toBe(customer);
  },
  'OperationService.Cancel': async (scene) => {
    const customer = await customerNamed(scene, 'Never Done Yard');
    const { activateCustomer } = await run(scene, documents.ActivateCustomerDocument, { customer });
    if (!activateCustomer || !('operation' in activateCustomer)) throw new Error('refused');
    const operation = activateCustomer.operation.id;
    const { cancelOperation } = await run(scene, documents.CancelOperationDocument, { operation });
    expect(cancelOperation).toMatchObject({
      operation: { status: 'CANCELLED', kind: 'ACTIVATE_CUSTOMER' },
    });
  },
  'customers.get': async (scene) => {
    const by = { domain: 'flexible.example' };
    const { customer } = await run(scene, documents.CustomerDocument, { by });
    expect(customer?.reseller?.customerDomain).toBe(by.domain);
  },
  'customers.insert': async (scene) => {
    const input = {
      customerDomain,
      alternateEmail: 'ada@elsewhere.example',
      phoneNumber: '+442012345678',
      postalAddress,
    };
    const { orderCustomer } = await run(scene, documents.OrderCustomerDocument, { input });
    expect(orderCustomer).toMatchObject({
      customer: {
        reseller: {
          customerDomain,
          customerType: 'DOMAIN',
          postalAddress: { locality: 'London', countryCode: 'GB' },
        },
      },
    });
    const [ordered] = scene.sandbox.store.reseller.customersAt(customerDomain);
    expect(ordered).toMatchObject({ alternateEmail: 'ada@elsewhere.example', postalAddress });
  },
  'customers.patch': async (scene) => {
    const { customer } = await holding(scene, 'flexible.example');
    const [before] = scene.sandbox.store.reseller.customersAt('flexible.example');
    const old = before?.postalAddress;
    const input = { customer, phoneNumber: '+442012345678' };
    await run(scene, documents.UpdateCustomerDocument, { input });
    const [after] = scene.sandbox.store.reseller.customersAt('flexible.example');
    expect(after).toMatchObject({ phoneNumber: '+442012345678', postalAddress: old });
  },
  'customers.update': async (scene) => {
    const { customer } = await holding(scene, 'flexible.example');
    const input = {
      customer,
      replace: true,
      customerDomain: 'flexible.example',
      alternateEmail: 'ada@elsewhere.example',
      postalAddress,
    };
    await run(scene, documents.UpdateCustomerDocument, { input });
    const [after] = scene.sandbox.store.reseller.customersAt('flexible.example');
    expect(after?.postalAddress).toMatchObject(postalAddress);
    expect(after?.phoneNumber).toBeUndefined();
  },
  'subscriptions.list': async (scene) => {
    const { subscriptions } = await run(scene, documents.SubscriptionsDocument, { first: 5 });
    expect(subscriptions?.nodes).toHaveLength(5);
  },
  'subscriptions.get': async (scene) => {
    const now = held(scene, 'flexible.example');
    const key = {
      customerId: now?.customer.customerId ?? '',
      subscriptionId: now?.subscriptionId ?? '',
    };
    const { subscription } = await run(scene, documents.SubscriptionDocument, { by: { key } });
    expect(subscription).toMatchObject({ skuId: now?.skuId, subscriptionId: key.subscriptionId });
  },
  'subscriptions.insert': async (scene) => {
    const { customer } = await holding(scene, 'flexible.example');
    const input = {
      customer,
      action: 'BUY' as const,
      skuId: '1010470001',
      planName: 'ANNUAL_MONTHLY_PAY' as const,
      seats: 7,
      renewalType: 'AUTO_RENEW_MONTHLY_PAY' as const,
      purchaseOrderId: 'PO-7',
    };
    const { orderSubscription } = await run(scene, documents.OrderSubscriptionDocument, { input });
    expect(orderSubscription).toMatchObject({
      subscription: { plan: { planName: 'ANNUAL_MONTHLY_PAY' }, seats: { numberOfSeats: 7 } },
    });
    expect(held(scene, 'flexible.example', 1)).toMatchObject({
      skuId: '1010470001',
      planName: 'ANNUAL_MONTHLY_PAY',
      seats: { numberOfSeats: 7 },
      purchaseOrderId: 'PO-7',
    });
  },
  'subscriptions.activate': async (scene) => {
    const { subscription } = await holding(scene, 'paused-by-reseller.example');
    await run(scene, documents.ActivateSubscriptionDocument, { subscription });
    const { subscription: now } = await run(scene, documents.SubscriptionDocument, {
      by: { id: subscription },
    });
    expect(now).toMatchObject({ status: 'ACTIVE', suspensionReasons: [] });
  },
  'subscriptions.suspend': async (scene) => {
    const { subscription } = await holding(scene, 'flexible.example');
    const { suspendSubscription } = await run(scene, documents.SuspendSubscriptionDocument, {
      subscription,
    });
    expect(suspendSubscription).toMatchObject({
      subscription: { status: 'SUSPENDED', suspensionReasons: ['RESELLER_INITIATED'] },
    });
    const read = await run(scene, documents.SubscriptionDocument, { by: { id: subscription } });
    expect(read.subscription?.status).toBe('SUSPENDED');
  },
  'subscriptions.startPaidService': async (scene) => {
    const { subscription } = await holding(scene, 'trial-assigned.example');
    const before = held(scene, 'trial-assigned.example')?.subscriptionId;
    const { startPaidService } = await run(scene, documents.StartPaidServiceDocument, {
      subscription,
    });
    expect(startPaidService).toMatchObject({
      subscription: { id: subscription, trialSettings: { isInTrial: false } },
    });
    expect(held(scene, 'trial-assigned.example')?.subscriptionId).not.toBe(before);
  },
  'subscriptions.changePlan': async (scene) => {
    const { subscription } = await holding(scene, 'flexible.example');
    const input = { subscription, planName: 'ANNUAL_YEARLY_PAY' as const, seats: 30 };
    const { changeSubscriptionPlan } = await run(scene, documents.ChangeSubscriptionPlanDocument, {
      input,
    });
    expect(changeSubscriptionPlan).toMatchObject({
      subscription: { id: subscription, plan: { planName: 'ANNUAL_YEARLY_PAY' } },
    });
    expect(held(scene, 'flexible.example')).toMatchObject({
      planName: 'ANNUAL_YEARLY_PAY',
      seats: { numberOfSeats: 30 },
    });
  },
  'subscriptions.changeSeats': async (scene) => {
    const annual = await holding(scene, 'annual-monthly.example');
    const flexible = await holding(scene, 'flexible.example');
    const document = documents.ChangeSubscriptionSeatsDocument;
    await run(scene, document, { subscription: annual.subscription, seats: 33 });
    await run(scene, document, { subscription: flexible.subscription, seats: 44 });
    expect(held(scene, 'annual-monthly.example')?.seats.numberOfSeats).toBe(33);
    expect(held(scene, 'flexible.example')?.seats.maximumNumberOfSeats).toBe(44);
  },
  'subscriptions.changeRenewalSettings': async (scene) => {
    const { subscription } = await holding(scene, 'annual-yearly.example');
    await run(scene, documents.ChangeSubscriptionRenewalSettingsDocument, {
      subscription,
      renewalType: 'SWITCH_TO_PAY_AS_YOU_GO',
    });
    expect(held(scene, 'annual-yearly.example')?.renewalType).toBe('SWITCH_TO_PAY_AS_YOU_GO');
  },
  'subscriptions.delete': async (scene) => {
    const direct = await holding(scene, 'annual-yearly.example');
    const document = documents.TransferSubscriptionToDirectDocument;
    const { subscription } = direct;
    // The customer is the vendor's now, so that its subscriptions are no longer ours to list.
    const { data } = await request(scene.url, document, { subscription });
    expect(data?.transferSubscriptionToDirect).toMatchObject({ customer: { id: direct.customer } });
    expect(held(scene, 'annual-yearly.example')).toBeUndefined();

    const { customer } = await run(scene, documents.CustomerDocument, {
      by: { domain: 'vault-archive.example' },
    });
    const vault = customer?.subscriptions?.nodes.find((node) => /vault/i.test(node.skuName ?? ''));
    await run(scene, documents.CancelSubscriptionDocument, { subscription: vault?.id ?? '' });
    const [archive] = scene.sandbox.store.reseller.customersAt('vault-archive.example');
    expect(archive?.subscriptions.map((one) => one.skuId)).not.toContain('Google-Vault');
  },
  'resellernotify.getwatchdetails': async (scene) => {
    const { notificationWatch } = await run(scene, documents.NotificationWatchDocument, {});
    expect(notificationWatch?.serviceAccountEmailAddresses).toEqual([]);
  },
  'resellernotify.register': async (scene) => {
    const document = documents.RegisterNotificationsDocument;
    const { registerNotifications } = await run(scene, document, {
      serviceAccountEmailAddress: address,
    });
    expect(registerNotifications).toMatchObject({
      notificationWatch: {
        topicName: expect.stringMatching(/^projects\//),
        serviceAccountEmailAddresses: [address],
      },
    });
  },
  'resellernotify.unregister': async (scene) => {
    const serviceAccountEmailAddress = address;
    await run(scene, documents.RegisterNotificationsDocument, { serviceAccountEmailAddress });
    const document = documents.UnregisterNotificationsDocument;
    await run(scene, document, { serviceAccountEmailAddress });
    const { notificationWatch } = await run(scene, documents.NotificationWatchDocument, {});
    expect(notificationWatch?.serviceAccountEmailAddresses).toEqual([]);
  },
};

const reference = await readFile('docs/reference.md', 'utf8');
const rows = [...reference.matchAll(/^\| `(\w+\.\w+)` \| (.+) \|$/gm)].map(
  ([, call = '', fields = '']) => ({ call, fields }),
);

describe('every call that docs/reference.md lists is made by its field', () => {
  test('the table lists every call', () => {
    expect(rows.map((row) => row.call)).toEqual(Object.keys(calls));
    expect(rows.filter((row) => /^[a-z]/.test(row.call))).toHaveLength(17);
    expect(rows.filter((row) => /^[A-Z]/.test(row.call))).toHaveLength(7);
  });

  test.each(rows)('$call is $fields', async ({ call }) => {
    const clock = testClock();
    const gateway = await startTestGateway({
      sandbox: { now: clock.now, operations: { notFoundShare: 0 } },
    });
    const scene = { ...gateway, clock };
    const scenario = calls[call];
    if (!scenario) throw new Error(`no scene for ${call}`);
    await scenario(scene);
    expect(gateway.sandbox.calls.count(call)).toBeGreaterThan(0);
  });
});
