import { describe, expect, test } from 'vitest';
import { annual, flexible, plus, standard, starter, startReseller } from './reseller.support.ts';
import { day, type RestCall } from './sandbox.support.ts';

/** Creates a customer and returns the path of its subscriptions. */
async function orderCustomer(rest: RestCall, domain = 'shop.example'): Promise<string> {
  const { json } = await rest('POST', 'customers', {
    customerDomain: domain,
    alternateEmail: 'it@elsewhere.example',
    postalAddress: {
      ...{ contactName: 'A', organizationName: 'B', postalCode: '20095', countryCode: 'DE' },
    },
  });
  return `customers/${json.customerId}/subscriptions`;
}

describe('subscriptions.insert', () => {
  test('an order is suspended until the terms are accepted', async () => {
    const { rest, clock, types } = await startReseller({ termsAcceptedAfterMs: 5000 });
    const orders = await orderCustomer(rest);
    const { status, json } = await rest('POST', orders, annual());
    expect(status).toBe(200);
    expect(json).toMatchObject({
      status: 'SUSPENDED',
      suspensionReasons: ['PENDING_TOS_ACCEPTANCE'],
      renewalSettings: { renewalType: 'RENEW_CURRENT_USERS_MONTHLY_PAY' },
    });
    clock.advance(5000);
    const got = await rest('GET', `${orders}/${json.subscriptionId}`);
    expect(got.json.status).toBe('ACTIVE');
    expect(types()).toEqual(['NEW_SUBSCRIPTION_CREATED', 'SUBSCRIPTION_SUSPENSION_REVOKED']);
  });

  test('acceptTerms accepts the terms immediately', async () => {
    const { rest, sandbox } = await startReseller({ termsAcceptedAfterMs: null });
    const orders = await orderCustomer(rest);
    const { json } = await rest('POST', orders, flexible());
    sandbox.store.reseller.acceptTerms(json.customerId);
    expect((await rest('GET', `${orders}/${json.subscriptionId}`)).json.status).toBe('ACTIVE');
  });

  test('a trial ends after 30 days, or 60 for Chrome Enterprise', async () => {
    for (const [skuId, days] of [
      [standard, 30],
      ['Google-Chrome-Device-Management', 60],
    ] as const) {
      const { rest, clock } = await startReseller();
      const orders = 'customers/empty-shelf.example/subscriptions';
      const trial = { ...flexible(skuId), plan: { planName: 'TRIAL' } };
      const { json } = await rest('POST', orders, trial);
      expect(Number(json.trialSettings.trialEndTime) - clock.now()).toBe(days * day);
    }
  });

  test.each<[string, object, string, string | undefined]>([
    ['no SKU', { ...flexible(), skuId: undefined }, 'required', 'skuId'],
    ['an unknown SKU', flexible('1'), 'invalid', 'skuId'],
    ['no plan', { ...flexible(), plan: {} }, 'required', 'plan.planName'],
    ['a plan name for responses only', annual(standard, 'ANNUAL'), 'invalid', 'plan.planName'],
    ['no seats', { ...flexible(), seats: undefined }, 'required', 'seats'],
    ['the wrong seats', { ...flexible(), seats: { numberOfSeats: 1 } }, 'invalid', 'numberOfSeats'],
    ['the required seats field missing', { ...flexible(), seats: {} }, 'required', undefined],
    ['50001 seats', flexible(standard, 50_001), 'invalid', 'maximumNumberOfSeats'],
    [
      'a trial with 11 seats',
      { ...flexible(standard, 11), plan: { planName: 'TRIAL' } },
      'invalid',
      'maximumNumberOfSeats',
    ],
    [
      '51 free seats',
      { ...flexible('1010010001', 51), plan: { planName: 'FREE' } },
      'invalid',
      'maximumNumberOfSeats',
    ],
    ['FREE for a paid SKU', { ...flexible(), plan: { planName: 'FREE' } }, 'invalid', undefined],
    ['annual Essentials', annual('1010060001'), 'invalid', 'plan.planName'],
    ['flexible Enterprise Essentials', flexible('1010060003'), 'invalid', 'plan.planName'],
    [
      'a renewal type for responses only',
      { ...annual(), renewalSettings: { renewalType: 'AUTO_RENEW' } },
      'invalid',
      'renewalType',
    ],
    ['a deal code of 101', { ...flexible(), dealCode: 'd'.repeat(101) }, 'invalid', 'dealCode'],
    ['an order id of 81', { ...flexible(), purchaseOrderId: 'p'.repeat(81) }, 'invalid', undefined],
  ])('rejects %s', async (_, body, reason, location) => {
    const { rest } = await startReseller();
    const { json } = await rest('POST', 'customers/empty-shelf.example/subscriptions', body);
    expect(json.error).toMatchObject({
      code: 400,
      errors: [{ reason, ...(location === undefined ? {} : { location }) }],
    });
  });

  test.each<[string, string, object, number, string]>([
    ['an unknown customer', 'customers/nobody.example', flexible(), 404, 'notFound'],
    [
      'a customer of another reseller',
      'customers/fernweh-travel.example',
      flexible(),
      403,
      'forbidden',
    ],
    ['an existing SKU', 'customers/flexible.example', flexible(), 409, 'duplicate'],
    [
      'more than Essentials for a team',
      'customers/single-team.example',
      flexible(),
      412,
      'conditionNotMet',
    ],
    [
      'Vault without G Suite Basic',
      'customers/flexible.example',
      flexible('Google-Vault'),
      412,
      'conditionNotMet',
    ],
  ])('rejects %s', async (_, customer, body, status, reason) => {
    const { rest } = await startReseller();
    const { json } = await rest('POST', `${customer}/subscriptions`, body);
    expect(json.error).toMatchObject({ code: status, errors: [{ reason }] });
  });

  test('a team can order Essentials', async () => {
    const { rest } = await startReseller();
    const orders = 'customers/single-team.example/subscriptions';
    expect((await rest('POST', orders, flexible('1010060001'))).status).toBe(200);
  });
});

describe('a switch of the SKU', () => {
  const orders = (domain: string) => `customers/${domain}.example/subscriptions`;

  test('cancels the old subscription and starts a new commitment', async () => {
    const { rest, path, events, clock } = await startReseller();
    const old = await path('annual-monthly');
    const query = `action=switch&sourceSkuId=${standard}`;
    const { json } = await rest(
      'POST',
      `${orders('annual-monthly')}?${query}`,
      annual(plus, 'ANNUAL_MONTHLY_PAY', 12),
    );
    expect(json).toMatchObject({
      ...{ skuId: plus, seats: { numberOfSeats: 12, licensedNumberOfSeats: 12 } },
    });
    expect(Number(json.plan.commitmentInterval.startTime)).toBe(clock.now());
    expect((await rest('GET', old)).status).toBe(404);
    expect(events).toMatchObject([
      {
        event_type: 'SUBSCRIPTION_CANCELLED',
        sku_id: standard,
        subscription_cancellation_reason: 'PURCHASE_OF_SUBSUMING_SKU',
      },
      { event_type: 'SUBSCRIPTION_UPGRADE', sku_id: plus, subscription_id: json.subscriptionId },
    ]);
  });

  test.each([
    'action=switch&sourceSkuId=1010020028',
    '',
  ])('rejects fewer seats than assigned licences (%s)', async (query) => {
    const { rest, path } = await startReseller();
    const old = await path('annual-monthly');
    const before = (await rest('GET', old)).json;
    const order = annual(plus, 'ANNUAL_MONTHLY_PAY', 11);
    const { json } = await rest('POST', `${orders('annual-monthly')}?${query}`, order);
    expect(json.error).toMatchObject({
      code: 400,
      message: 'numberOfSeats is below the 12 licensed users',
      errors: [{ reason: 'invalid', location: 'numberOfSeats' }],
    });
    expect((await rest('GET', old)).json).toEqual(before);
  });

  test('is the default without an action, but not with buy', async () => {
    const { rest } = await startReseller();
    const count = async (domain: string) =>
      (await rest('GET', `subscriptions?customerId=${domain}.example`)).json.subscriptions.length;
    await rest('POST', orders('flexible'), flexible(plus));
    expect(await count('flexible')).toBe(1);
    await rest('POST', `${orders('flexible')}?action=buy`, flexible(starter));
    expect(await count('flexible')).toBe(2);
  });

  test('a downgrade of a flexible plan emits SUBSCRIPTION_DOWNGRADE', async () => {
    const { rest, types } = await startReseller();
    await rest('POST', orders('flexible'), flexible(starter));
    expect(types()).toEqual(['SUBSCRIPTION_CANCELLED', 'SUBSCRIPTION_DOWNGRADE']);
  });

  test.each<[string, string, string, object, number, string]>([
    ['an unknown action', 'flexible', 'action=steal', flexible(plus), 400, 'invalidParameter'],
    ['a switch without a source', 'flexible', 'action=switch', flexible(plus), 400, 'required'],
    [
      'a source that the customer does not have',
      'flexible',
      `action=switch&sourceSkuId=${starter}`,
      flexible(plus),
      400,
      'invalid',
    ],
    [
      'a switch to another product',
      'flexible',
      `action=switch&sourceSkuId=${standard}`,
      flexible('1010470001'),
      400,
      'invalid',
    ],
    ['an annual downgrade', 'annual-monthly', '', annual(starter), 412, 'conditionNotMet'],
    ['a yearly upgrade', 'annual-yearly', '', annual('1010020020'), 412, 'conditionNotMet'],
    ['a suspended source', 'paused-by-reseller', '', flexible(plus), 400, 'badRequest'],
  ])('rejects %s', async (_, domain, query, body, status, reason) => {
    const { rest } = await startReseller();
    const { json } = await rest('POST', `${orders(domain)}?${query}`, body);
    expect(json.error).toMatchObject({ code: status, errors: [{ reason }] });
  });
});
