import { describe, expect, test } from 'vitest';
import { gemini, startReseller } from './reseller.support.ts';

describe('subscriptions.list', () => {
  test('returns pages of 20 with every subscription once', async () => {
    const { rest } = await startReseller();
    const keys = new Set<string>();
    const sizes: number[] = [];
    let token = '';
    do {
      const { json } = await rest('GET', `subscriptions?pageToken=${token}`);
      for (const { customerId, subscriptionId } of json.subscriptions) {
        keys.add(`${customerId} ${subscriptionId}`);
      }
      sizes.push(json.subscriptions.length);
      token = json.nextPageToken ?? '';
    } while (token !== '');
    expect(keys.size).toBe(sizes.reduce((sum, size) => sum + size));
    expect(new Set(sizes.slice(0, -1))).toEqual(new Set([20]));
  });

  test('subscription ids are not unique across customers', async () => {
    const { rest } = await startReseller();
    const { json } = await rest('GET', 'subscriptions?maxResults=100');
    const ids = json.subscriptions.map((each: { subscriptionId: string }) => each.subscriptionId);
    expect(new Set(ids).size).toBeLessThan(ids.length);
  });

  test('a page token is bound to its filter', async () => {
    const { rest } = await startReseller();
    const { json } = await rest('GET', 'subscriptions?maxResults=1');
    const token = json.nextPageToken;
    const other = await rest('GET', `subscriptions?customerNamePrefix=s&pageToken=${token}`);
    expect(other.json.error.errors[0]).toMatchObject({ location: 'pageToken' });
  });

  test('pages are stable while subscriptions are added and removed', async () => {
    const { rest, path } = await startReseller();
    const query = 'subscriptions?customerNamePrefix=se&maxResults=3';
    const first = await rest('GET', query);
    const token = first.json.nextPageToken;
    const second = await rest('GET', `${query}&pageToken=${token}`);
    const [removed] = first.json.subscriptions;
    expect(removed.customerDomain).toBe('several-products.example');
    const add = await path('several-products', gemini);
    await rest('DELETE', `${add}?deletionType=cancel`);
    const again = await rest('GET', `${query}&pageToken=${token}`);
    expect(again.json).toEqual(second.json);
  });

  test('filters by customer and by domain prefix', async () => {
    const { rest } = await startReseller();
    const one = await rest('GET', 'subscriptions?customerId=several-products.example');
    expect(one.json.subscriptions).toHaveLength(3);
    const some = await rest('GET', 'subscriptions?customerNamePrefix=annual-');
    const domains = some.json.subscriptions.map(
      (s: { customerDomain: string }) => s.customerDomain,
    );
    expect(domains).toEqual(['annual-monthly.example', 'annual-yearly.example']);
  });

  test('omits an empty list', async () => {
    const { rest } = await startReseller();
    const { json } = await rest('GET', 'subscriptions?customerId=empty-shelf.example');
    expect(json).toEqual({ kind: 'reseller#subscriptions' });
  });

  test.each([
    ['nobody.example', 404, 'notFound'],
    ['fernweh-travel.example', 403, 'forbidden'],
    ['shared-studio.example', 409, 'conflict'],
  ])('of %s is %i', async (domain, status, reason) => {
    const { rest } = await startReseller();
    const { json } = await rest('GET', `subscriptions?customerId=${domain}`);
    expect(json.error).toMatchObject({ code: status, errors: [{ reason }] });
  });
});

describe('the JSON of a subscription', () => {
  test.each<[string, object, string[]]>([
    [
      'annual-monthly',
      {
        kind: 'reseller#subscription',
        skuName: 'Google Workspace Business Standard',
        plan: { planName: 'ANNUAL', isCommitmentPlan: true, commitmentInterval: expect.anything() },
        seats: { numberOfSeats: 20, licensedNumberOfSeats: 12 },
        renewalSettings: { renewalType: 'RENEW_CURRENT_USERS_MONTHLY_PAY' },
        creationTime: expect.stringMatching(/^\d{13}$/),
        status: 'ACTIVE',
      },
      ['suspensionReasons', 'trialSettings', 'transferInfo'],
    ],
    ['annual-yearly', { plan: { planName: 'ANNUAL_YEARLY_PAY' } }, []],
    ['offline-annual', { billingMethod: 'OFFLINE' }, ['plan.commitmentInterval']],
    [
      'flexible',
      { plan: { planName: 'FLEXIBLE', isCommitmentPlan: false } },
      ['renewalSettings', 'seats.numberOfSeats'],
    ],
    ['free-identity', { plan: { planName: 'FREE' } }, []],
    ['trial-running', { plan: { planName: 'TRIAL' }, trialSettings: { isInTrial: true } }, []],
    ['trial-assigned', { plan: { planName: 'ANNUAL' }, trialSettings: { isInTrial: true } }, []],
    ['trial-converted', { trialSettings: { isInTrial: false } }, []],
    ['terms-pending', { suspensionReasons: ['PENDING_TOS_ACCEPTANCE'] }, []],
    ['trial-ended', { status: 'SUSPENDED', suspensionReasons: ['TRIAL_ENDED'] }, []],
    ['renewal-cancelled', { suspensionReasons: ['RENEWAL_WITH_TYPE_CANCEL'] }, []],
    ['paused-by-reseller', { suspensionReasons: ['RESELLER_INITIATED'] }, []],
    ['suspended-other', { suspensionReasons: ['OTHER'] }, []],
    ['two-reasons', { suspensionReasons: ['RESELLER_INITIATED', 'OTHER'] }, []],
    [
      'from-the-future',
      {
        plan: { planName: 'ANNUAL_THREE_YEAR_PAY' },
        status: 'HIBERNATING',
        suspensionReasons: ['UNDER_REVIEW'],
      },
      ['skuName'],
    ],
    ['sparse', { status: 'ACTIVE' }, ['kind', 'plan', 'seats', 'billingMethod']],
    ['legacy-sku', { transferInfo: { currentLegacySkuId: 'Google-Apps-Unlimited' } }, []],
  ])('%s', async (domain, expected, missing) => {
    const { rest } = await startReseller();
    const { json } = await rest('GET', `subscriptions?customerId=${domain}.example`);
    expect(json.subscriptions[0]).toMatchObject(expected);
    for (const name of missing) expect(json.subscriptions[0]).not.toHaveProperty(name);
    const { customerId, subscriptionId } = json.subscriptions[0];
    const got = await rest('GET', `customers/${customerId}/subscriptions/${subscriptionId}`);
    expect(got.json).toEqual(json.subscriptions[0]);
  });
});
