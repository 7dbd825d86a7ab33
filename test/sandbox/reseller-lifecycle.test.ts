import { describe, expect, test } from 'vitest';
import { startReseller } from './reseller.support.ts';
import { day } from './sandbox.support.ts';

describe('suspend and activate', () => {
  test('suspend and activate a paid subscription', async () => {
    const { rest, path, events } = await startReseller();
    const it = await path('flexible');
    const suspended = await rest('POST', `${it}/suspend`, {});
    expect(suspended.json).toMatchObject({
      status: 'SUSPENDED',
      suspensionReasons: ['RESELLER_INITIATED'],
    });
    const activated = await rest('POST', `${it}/activate`);
    expect(activated.json).toMatchObject({ status: 'ACTIVE' });
    expect(activated.json.subscriptionId).toBe(suspended.json.subscriptionId);
    expect(events).toMatchObject([
      {
        event_type: 'SUBSCRIPTION_SUSPENDED',
        customer_domain_name: 'flexible.example',
        subscription_suspension_reasons: ['RESELLER_INITIATED'],
      },
      { event_type: 'SUBSCRIPTION_SUSPENSION_REVOKED' },
    ]);
  });

  test("activate removes only the reseller's own suspension", async () => {
    const { rest, path } = await startReseller();
    const { json } = await rest('POST', `${await path('two-reasons')}/activate`);
    expect(json).toMatchObject({ status: 'SUSPENDED', suspensionReasons: ['OTHER'] });
  });

  test('activate after the end date starts a new year with a new id', async () => {
    const { rest, path, clock } = await startReseller();
    const old = await path('paused-past-its-year');
    const { json } = await rest('POST', `${old}/activate`);
    expect(json.status).toBe('ACTIVE');
    expect(Number(json.plan.commitmentInterval.startTime)).toBe(clock.now());
    expect(old.endsWith(json.subscriptionId)).toBe(false);
    expect((await rest('GET', old)).status).toBe(404);
  });

  test('a subscription is cancelled after 60 days of suspension', async () => {
    const { rest, path, clock, events } = await startReseller();
    const it = await path('flexible');
    await rest('POST', `${it}/suspend`);
    clock.advance(60 * day - 1);
    expect((await rest('GET', it)).status).toBe(200);
    clock.advance(1);
    expect((await rest('GET', it)).status).toBe(404);
    expect(events).toContainEqual(
      expect.objectContaining({
        event_type: 'SUBSCRIPTION_CANCELLED',
        customer_domain_name: 'flexible.example',
        subscription_cancellation_reason: 'OTHER',
      }),
    );
  });

  test.each([
    ['suspend', 'trial-running', 400, 'badRequest'],
    ['suspend', 'free-identity', 400, 'badRequest'],
    ['suspend', 'suspended-other', 400, 'badRequest'],
    ['suspend', 'vault-archive', 412, 'conditionNotMet'],
    ['activate', 'flexible', 400, 'badRequest'],
    ['activate', 'terms-pending', 400, 'badRequest'],
    ['activate', 'suspended-other', 400, 'badRequest'],
  ])('%s is rejected for %s', async (action, domain, status, reason) => {
    const { rest, path } = await startReseller();
    const { json } = await rest('POST', `${await path(domain)}/${action}`);
    expect(json.error).toMatchObject({ code: status, errors: [{ reason }] });
  });

  test('the Workspace subscription can be suspended once Vault is cancelled', async () => {
    const { rest, path } = await startReseller();
    const vault = await path('vault-archive', 'Google-Vault');
    expect((await rest('DELETE', `${vault}?deletionType=cancel`)).status).toBe(204);
    expect((await rest('POST', `${await path('vault-archive')}/suspend`)).status).toBe(200);
  });
});

describe('time-based changes', () => {
  test('a trial without a plan ends in suspension', async () => {
    const { rest, path, clock, events } = await startReseller();
    const it = await path('trial-running');
    clock.advance(12 * day);
    expect((await rest('GET', it)).json).toMatchObject({
      trialSettings: { isInTrial: false },
      suspensionReasons: ['TRIAL_ENDED'],
    });
    const types = events
      .filter(({ customer_domain_name }) => customer_domain_name === 'trial-running.example')
      .map(({ event_type }) => event_type);
    expect(types).toEqual(['SUBSCRIPTION_TRIAL_ENDED', 'SUBSCRIPTION_SUSPENDED']);
  });

  test('a trial with a plan starts its commitment', async () => {
    const { rest, path, clock } = await startReseller();
    const it = await path('trial-assigned');
    clock.advance(12 * day);
    expect((await rest('GET', it)).json).toMatchObject({
      status: 'ACTIVE',
      plan: { commitmentInterval: { startTime: String(clock.now()) } },
    });
  });

  test.each<[string, object, string]>([
    [
      'AUTO_RENEW_MONTHLY_PAY',
      { status: 'ACTIVE', seats: { numberOfSeats: 20 } },
      'SUBSCRIPTION_RENEWED',
    ],
    ['RENEW_CURRENT_USERS_MONTHLY_PAY', { seats: { numberOfSeats: 12 } }, 'SUBSCRIPTION_RENEWED'],
    ['SWITCH_TO_PAY_AS_YOU_GO', { plan: { planName: 'FLEXIBLE' } }, 'SUBSCRIPTION_RENEWED'],
    ['CANCEL', { suspensionReasons: ['RENEWAL_WITH_TYPE_CANCEL'] }, 'SUBSCRIPTION_SUSPENDED'],
  ])('renewal with the type %s', async (renewalType, expected, type) => {
    const { rest, path, clock, events } = await startReseller();
    const it = await path('annual-monthly');
    await rest('POST', `${it}/changeRenewalSettings`, { renewalType });
    clock.advance(365 * day);
    expect((await rest('GET', it)).json).toMatchObject(expected);
    const ours = events.filter((event) => it.endsWith(event.subscription_id));
    expect(ours.map((event) => event.event_type)).toContain(type);
  });
});

describe('subscriptions.delete', () => {
  test('cancels a subscription other than Workspace', async () => {
    const { rest, path, events } = await startReseller();
    const it = await path('several-products', '1010380001');
    const { status, text } = await rest('DELETE', `${it}?deletionType=cancel`);
    expect([status, text]).toEqual([204, '']);
    expect((await rest('GET', it)).status).toBe(404);
    expect(events).toMatchObject([
      {
        event_type: 'SUBSCRIPTION_CANCELLED',
        subscription_cancellation_reason: 'RESELLER_INITIATED',
      },
    ]);
  });

  test('transfers a Workspace subscription to the vendor, and the customer with the last one', async () => {
    const { rest, path, events } = await startReseller();
    const it = await path('flexible');
    expect((await rest('DELETE', `${it}?deletionType=transfer_to_direct`)).status).toBe(204);
    expect(events).toMatchObject([{ subscription_cancellation_reason: 'TRANSFERRED_OUT' }]);
    const { json } = await rest('GET', 'customers/flexible.example');
    expect(Object.keys(json)).toHaveLength(3);
  });

  test.each([
    ['no type', 'flexible', '', 400, 'required'],
    [
      'the zero value',
      'flexible',
      '?deletionType=deletion_type_undefined',
      400,
      'invalidParameter',
    ],
    ['a retired type', 'flexible', '?deletionType=suspend', 400, 'invalidParameter'],
    ['cancelling a Workspace subscription', 'flexible', '?deletionType=cancel', 400, 'invalid'],
    [
      'transferring a free subscription',
      'free-identity',
      '?deletionType=transfer_to_direct',
      400,
      'invalid',
    ],
    [
      'a customer without an administrator',
      'terms-pending',
      '?deletionType=transfer_to_direct',
      412,
      'conditionNotMet',
    ],
  ])('rejects %s', async (_, domain, query, status, reason) => {
    const { rest, path } = await startReseller();
    const { json } = await rest('DELETE', `${await path(domain)}${query}`);
    expect(json.error).toMatchObject({ code: status, errors: [{ reason }] });
  });
});

test.each(['get', 'delete', 'post'])('%s of an unknown subscription is 404', async (verb) => {
  const { rest } = await startReseller();
  const path = 'customers/flexible.example/subscriptions/999';
  const suffix = verb === 'post' ? '/suspend' : verb === 'delete' ? '?deletionType=cancel' : '';
  expect((await rest(verb.toUpperCase(), path + suffix)).json.error).toMatchObject({
    code: 404,
    errors: [{ reason: 'notFound' }],
  });
});
