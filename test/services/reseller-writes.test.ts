import { describe, expect, test } from 'vitest';
import { OutcomeUnknown } from '../../src/domain/write.ts';
import { buy, domainCustomer, target } from '../writes/reseller/mutations.support.ts';
import { type Served, startServices, viewer } from './services.support.ts';

const lost = { isApplied: true, answer: 'dropped' } as const;
const billing = { resellerId: 'R1', customerId: 'b1' };

describe('a viewer who may only read', () => {
  const reader = { ...viewer, rights: new Set(['READ'] as const) };
  const changes: readonly (readonly [string, (served: Served) => Promise<unknown>])[] = [
    ['order', (s) => s.request({ viewer: reader }).subscriptionChanges.order(buy('A'), null)],
    ['suspend', (s) => s.request({ viewer: reader }).subscriptionChanges.suspend(target, null)],
    [
      'cancel',
      (s) => s.request({ viewer: reader }).subscriptionChanges.delete([target], 'cancel', null),
    ],
    [
      'order a customer',
      (s) => s.request({ viewer: reader }).customers.order(domainCustomer, undefined, null),
    ],
    ['register', (s) => s.request({ viewer: reader }).notifications.register('a@b.example', null)],
  ];
  test.each(changes)('cannot %s', async (_, change) => {
    const served = await startServices();
    served.api.add({ skuId: 'A' });
    await expect(change(served)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(served.api.writes).toEqual([]);
    expect(served.api.reads).toEqual([]);
  });
});

test('an idempotency key that is sent again returns the first write', async () => {
  const served = await startServices();
  const first = await served.request().subscriptionChanges.order(buy('A'), 'k1');
  const again = await served.request().subscriptionChanges.order(buy('A'), 'k1');
  expect(again.replayed).toBe(true);
  expect(again.write.id).toBe(first.write.id);
  expect(again.value.subscriptionId).toBe(first.value.subscriptionId);
  const rival = served.request().subscriptionChanges.order(buy('A', 9), 'k1');
  await expect(rival).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(served.api.subscriptions).toHaveLength(1);
});

test('a cancellation that is sent again with its key is still done', async () => {
  const served = await startServices();
  served.api.add({ skuId: 'A' });
  await served.request().subscriptionChanges.delete([target], 'cancel', 'k1');
  const again = await served.request().subscriptionChanges.delete([target], 'cancel', 'k1');
  expect(again).toMatchObject({ value: [null], replayed: true });
});

test('a request reads a changed subscription again', async () => {
  const served = await startServices();
  served.api.add({ skuId: 'A' });
  const { subscriptions, subscriptionChanges } = served.request();
  expect((await subscriptions.find(target))?.status).toBe('ACTIVE');
  await subscriptionChanges.suspend(target, null);
  expect((await subscriptions.find(target))?.status).toBe('SUSPENDED');
});

test('a request whose deadline passes receives the key of its write', async () => {
  const served = await startServices({ timeoutMs: 3_000, callTimeoutMs: 1_000 });
  served.api.fault = () => ({ isApplied: true, answer: 'hanging' });
  const { subscriptionChanges } = served.request({ signal: AbortSignal.timeout(600) });
  const failure = await subscriptionChanges.order(buy('A'), null).catch((error: unknown) => error);
  if (!(failure instanceof OutcomeUnknown)) throw failure;
  const { idempotencyKey } = failure.write;
  const found = await served.request().subscriptionChanges.order(buy('A'), idempotencyKey);
  expect(found).toMatchObject({ replayed: true, value: { skuId: 'A' } });
  expect(served.api.writes).toHaveLength(1);
});

describe('an ordered customer that is linked', () => {
  test('is linked although the answer is lost', async () => {
    const served = await startServices();
    served.api.fault = () => lost;
    const { value } = await served
      .request()
      .customerLinks.order(domainCustomer, undefined, billing, null);
    expect(value.billing).toEqual(billing);
    const [link] = await served.store.links.byBilling([billing]);
    expect(link?.resellerCustomerId).toBe(value.resellerCustomerId);
  });

  test('is returned again when the same order is sent again', async () => {
    const served = await startServices();
    const order = () =>
      served.request().customerLinks.order(domainCustomer, undefined, billing, 'k1');
    const first = await order();
    expect(await order()).toMatchObject({ value: first.value, replayed: true });
    expect(served.api.writes).toHaveLength(1);
  });

  test('is not ordered when the billing customer is linked to another one', async () => {
    const served = await startServices();
    served.api.customers.set('C9', { customerId: 'C9', customerDomain: 'b.example' });
    await served.store.links.link({ billing, resellerCustomerId: 'C9' });
    const order = served.request().customerLinks.order(domainCustomer, undefined, billing, null);
    await expect(order).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(served.api.writes).toEqual([]);
  });
});

test('an updated customer is read again by the same request', async () => {
  const served = await startServices();
  served.api.customers.set('C1', { ...domainCustomer, customerId: 'C1' });
  const { customers } = served.request();
  const customer = { billing: null, resellerCustomerId: 'C1' };
  expect((await customers.reseller(customer))?.phoneNumber).toBe('+49 30 1');
  served.api.fault = () => lost;
  const changes = { alternateEmail: 'new@other.example' };
  await customers.update(customer, changes, false, null);
  expect((await customers.reseller(customer))?.alternateEmail).toBe('new@other.example');
});
