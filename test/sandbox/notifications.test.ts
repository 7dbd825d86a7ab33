import { expect, test } from 'vitest';
import type { NotificationDelivery } from '../../src/sandbox/reseller/push-settings.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { pushEndpoint, soon } from './push.support.ts';
import { startReseller } from './reseller.support.ts';
import { day } from './sandbox.support.ts';

async function startPushed(options: Partial<NotificationDelivery> = {}) {
  const endpoint = await pushEndpoint();
  const reseller = await startReseller({ notifications: { endpoint: endpoint.url, ...options } });
  const { notifications, store } = reseller.sandbox;
  function subscriptionOf(domain: string) {
    const found = store.reseller.customersAt(`${domain}.example`)[0]?.subscriptions[0];
    if (found === undefined) throw new Error(`${domain} has no subscription`);
    return found;
  }
  return {
    ...reseller,
    ...{ endpoint, notifications, subscriptionOf, store: store.reseller },
    typesFor: (domain: string) =>
      endpoint.pushes
        .filter(({ event }) => event.customer_domain_name === `${domain}.example`)
        .map(({ event }) => event.event_type),
  };
}

test('every change of the store is pushed once', async () => {
  const { rest, path, endpoint, events, types, notifications } = await startPushed();
  const it = await path('flexible');
  await rest('POST', `${it}/suspend`, {});
  await rest('POST', `${it}/activate`);
  await rest('POST', `${it}/changePlan`, {
    planName: 'ANNUAL_MONTHLY_PAY',
    seats: { numberOfSeats: 250 },
  });
  const held = await path('several-products', '1010380001');
  await rest('DELETE', `${held}?deletionType=cancel`);
  expect(types()).toEqual([
    'SUBSCRIPTION_SUSPENDED',
    'SUBSCRIPTION_SUSPENSION_REVOKED',
    'PRICE_PLAN_SWITCHED',
    'SUBSCRIPTION_CANCELLED',
  ]);
  await soon(() => notifications.counters.acknowledged).toBe(events.length);
  const inOrder = endpoint.pushes.toSorted((a, b) => a.messageId.localeCompare(b.messageId));
  expect(inOrder.map(({ event }) => event)).toEqual(events);
  expect(new Set(endpoint.ids()).size).toBe(events.length);
  expect(notifications.counters.delivered).toBe(events.length);
});

test('assigning and revoking licences are changes', async () => {
  const { store, subscriptionOf, rest, path, typesFor } = await startPushed();
  const subscription = subscriptionOf('flexible');
  const { licensedNumberOfSeats } = subscription.seats;
  store.assignLicence(subscription, -1);
  const { json } = await rest('GET', await path('flexible'));
  expect(json.seats.licensedNumberOfSeats).toBe(licensedNumberOfSeats - 1);
  store.assignLicence(subscription, 1);
  await soon(() => typesFor('flexible')).toEqual([
    'LICENSE_ASSIGNMENT_CHANGED',
    'LICENSE_ASSIGNMENT_CHANGED',
  ]);
  expect(subscription.seats.licensedNumberOfSeats).toBe(licensedNumberOfSeats);
  expect(() => store.assignLicence(subscription, 1_000_000)).toThrow(RangeError);
  expect(() => store.assignLicence(subscription, -1_000_000)).toThrow(RangeError);
});

test('changes without an endpoint are not pushed later', async () => {
  const { sandbox, rest, path, events } = await startReseller();
  const { notifications } = sandbox;
  const { url, pushes } = await pushEndpoint();
  const it = await path('flexible');
  await rest('POST', `${it}/suspend`, {});
  notifications.pushTo(url);
  expect(notifications.endpoint).toBe(url);
  await rest('POST', `${it}/activate`);
  await soon(() => notifications.counters.acknowledged).toBe(1);
  notifications.pushTo(null);
  await rest('POST', `${it}/suspend`, {});
  expect(events).toHaveLength(3);
  expect(notifications.counters).toMatchObject({ published: 1, delivered: 1 });
  expect(pushes.map(({ event }) => event.event_type)).toEqual(['SUBSCRIPTION_SUSPENSION_REVOKED']);
});

test('time-based changes are pushed without a request', async () => {
  const { clock, store, subscriptionOf, typesFor } = await startPushed();
  const terms = subscriptionOf('terms-pending').customer;
  terms.termsAcceptedAt = clock.now() + 30_000;
  store.assignLicence(subscriptionOf('flexible'), -1);
  await soon(() => typesFor('flexible')).toHaveLength(1);
  clock.advance(30_000);
  await soon(() => typesFor('terms-pending')).toEqual(['SUBSCRIPTION_SUSPENSION_REVOKED']);
  clock.advance(12 * day);
  await soon(() => typesFor('trial-running').toSorted()).toEqual([
    'SUBSCRIPTION_SUSPENDED',
    'SUBSCRIPTION_TRIAL_ENDED',
  ]);
  clock.advance(365 * day);
  await soon(() => typesFor('annual-monthly')).toContain('SUBSCRIPTION_RENEWED');
});

test('the cancellation after 60 days of suspension is pushed', async () => {
  const { rest, path, clock, typesFor } = await startPushed();
  await rest('POST', `${await path('flexible')}/suspend`, {});
  clock.advance(60 * day);
  await soon(() => typesFor('flexible').toSorted()).toEqual([
    'SUBSCRIPTION_CANCELLED',
    'SUBSCRIPTION_SUSPENDED',
  ]);
});

test('changes that were due before the endpoint was set are not pushed', async () => {
  const { sandbox, clock, events } = await startReseller();
  const { url } = await pushEndpoint();
  clock.advance(12 * day);
  expect(events).toEqual([]);
  sandbox.notifications.pushTo(url);
  expect(events.length).toBeGreaterThan(0);
  expect(sandbox.notifications.counters.published).toBe(0);
});

test('the seed determines which messages the faults affect', async () => {
  const survivors = async (seed: number) => {
    const { url, pushes } = await pushEndpoint();
    const { sandbox } = await startReseller({
      seed: { seed },
      notifications: { endpoint: url, loss: 0.5 },
    });
    const { notifications, store } = sandbox;
    const customers = [...store.reseller.customers()];
    const subscriptions = customers.flatMap((customer) => customer.subscriptions).slice(0, 30);
    for (const subscription of subscriptions) store.reseller.assignLicence(subscription, 0);
    const { counters } = notifications;
    expect(counters.published).toBe(30);
    await soon(() => notifications.counters.acknowledged).toBe(30 - counters.lost);
    const ids = pushes.map(({ messageId }) => messageId).toSorted();
    return { ids, lost: counters.lost };
  };
  const first = await survivors(7);
  expect(first.lost).toBeGreaterThan(4);
  expect(first.lost).toBeLessThan(26);
  expect(await survivors(7)).toEqual(first);
  expect(await survivors(9)).not.toEqual(first);
});

test('close aborts pushes and drops waiting messages', async () => {
  const { url, pushes } = await pushEndpoint((_, index) => (index % 2 === 0 ? 'hang' : 500));
  const { sandbox, rest, path } = await startReseller({ notifications: { endpoint: url } });
  const it = await path('flexible');
  await rest('POST', `${it}/suspend`, {});
  await rest('POST', `${it}/activate`);
  await soon(() => pushes.length).toBe(2);
  const before = performance.now();
  await sandbox.close();
  expect(performance.now() - before).toBeLessThan(3000);
  await soon(() => pushes[0]?.aborted).toBe(true);
  sandbox.notifications.pushTo(url);
  expect(sandbox.notifications.endpoint).toBeNull();
  expect(sandbox.notifications.counters).toMatchObject({ published: 2, dropped: 2 });
});

test.each(['nope', 'ftp://127.0.0.1/'])('%s is rejected as an endpoint', async (endpoint) => {
  await expect(startSandbox({ notifications: { endpoint } })).rejects.toThrow(TypeError);
  const { sandbox } = await startReseller();
  expect(() => sandbox.notifications.pushTo(endpoint)).toThrow(TypeError);
  expect(sandbox.notifications.endpoint).toBeNull();
});
