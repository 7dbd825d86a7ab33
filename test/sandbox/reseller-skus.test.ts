import { describe, expect, test } from 'vitest';
import { googleCatalog } from '../../src/domain/catalog/google-catalog.ts';
import { annual, flexible, starter, startReseller } from './reseller.support.ts';
import type { RestCall } from './sandbox.support.ts';

const shelf = 'customers/empty-shelf.example/subscriptions';
const premium = '1010050001';
const chrome = 'Google-Chrome-Device-Management';

function trial(skuId: string, maximumNumberOfSeats = 10) {
  return { ...flexible(skuId, maximumNumberOfSeats), plan: { planName: 'TRIAL' } };
}

function seatsFor(planName: string) {
  return planName.startsWith('ANNUAL') ? { numberOfSeats: 5 } : { maximumNumberOfSeats: 5 };
}

async function reasonOf(call: ReturnType<RestCall>): Promise<string> {
  const { status, json } = await call;
  return status === 200 ? 'ok' : `${status} ${json.error.errors[0].reason}`;
}

describe('every SKU of the catalog', () => {
  test('can be ordered with each of its plans, and with no other', async () => {
    const { rest, sandbox } = await startReseller();
    const store = sandbox.store.reseller;
    const [customer] = store.customersAt('empty-shelf.example');
    if (!customer) throw new Error('the seed has this customer');
    const plans = ['ANNUAL_MONTHLY_PAY', 'ANNUAL_YEARLY_PAY', 'FLEXIBLE', 'TRIAL', 'FREE'];
    for (const sku of googleCatalog.products.flatMap(({ skus }) => skus)) {
      for (const planName of plans) {
        if (sku.id === 'Google-Vault') {
          const basic = flexible('Google-Apps-For-Business');
          await rest('POST', `${shelf}?action=buy`, basic);
        }
        const order = { skuId: sku.id, plan: { planName }, seats: seatsFor(planName) };
        const answer = await rest('POST', `${shelf}?action=buy`, order);
        const isPossible = sku.plans.some((name) => name === planName);
        expect([sku.id, planName, answer.status]).toEqual([
          ...[sku.id, planName],
          isPossible ? 200 : 400,
        ]);
        if (isPossible) expect(answer.json.skuName).toBe(sku.name);
        for (const subscription of customer.subscriptions) store.remove(subscription);
        customer.hadTrial = false;
      }
    }
  });

  test.each<[string, object, string]>([
    ['300 seats of Business Starter', flexible(starter, 300), 'ok'],
    ['301 seats of Business Starter', flexible(starter, 301), '400 invalid'],
    [
      '301 annual seats of Business Starter',
      annual(starter, 'ANNUAL_YEARLY_PAY', 301),
      '400 invalid',
    ],
    ['50,000 seats of Enterprise Plus', flexible('1010020020', 50_000), 'ok'],
    ['50,001 seats of Enterprise Plus', flexible('1010020020', 50_001), '400 invalid'],
    ['a trial of Cloud Identity Premium with 50 seats', trial(premium, 50), 'ok'],
    ['a trial of Cloud Identity Premium with 51 seats', trial(premium, 51), '400 invalid'],
    ['a trial of Business Starter with 11 seats', trial(starter, 11), '400 invalid'],
    ['a flexible plan of Chrome Enterprise', flexible(chrome), '400 invalid'],
  ])('has its own limits: %s', async (_, order, expected) => {
    const { rest } = await startReseller();
    expect(await reasonOf(rest('POST', shelf, order))).toBe(expected);
  });
});

describe('a trial', () => {
  test('can be ordered once per customer, whatever the SKU', async () => {
    const { rest } = await startReseller();
    const { json } = await rest('POST', shelf, trial(premium));
    expect(await reasonOf(rest('POST', shelf, trial(starter)))).toBe('412 conditionNotMet');
    await rest('DELETE', `${shelf}/${json.subscriptionId}?deletionType=cancel`);
    expect(await reasonOf(rest('POST', shelf, trial(premium)))).toBe('412 conditionNotMet');
    expect(await reasonOf(rest('POST', shelf, flexible(premium)))).toBe('ok');
  });

  test('of a customer whose only trial has ended cannot be repeated', async () => {
    const { rest } = await startReseller();
    const orders = 'customers/trial-converted.example/subscriptions';
    expect(await reasonOf(rest('POST', orders, trial(premium)))).toBe('412 conditionNotMet');
  });

  test('has the seats of a trial until it ends, also with a paid plan', async () => {
    const { rest, path } = await startReseller();
    const running = await path('trial-running');
    const seats = (count: number) => ({ maximumNumberOfSeats: count });
    expect(await reasonOf(rest('POST', `${running}/changeSeats`, seats(11)))).toBe('400 invalid');
    const assigned = await path('trial-assigned');
    const change = (numberOfSeats: number) =>
      reasonOf(rest('POST', `${assigned}/changeSeats`, { numberOfSeats }));
    expect(await change(11)).toBe('400 invalid');
    expect(await change(10)).toBe('ok');
    expect(await change(6)).toBe('ok');
    const { json } = await rest('POST', `${assigned}/startPaidService`);
    const paid = `customers/trial-assigned.example/subscriptions/${json.subscriptionId}`;
    expect(await reasonOf(rest('POST', `${paid}/changeSeats`, { numberOfSeats: 11 }))).toBe('ok');
  });
});

describe('seats', () => {
  test('that the plan does not use are ignored', async () => {
    const { rest, path } = await startReseller();
    const both = { numberOfSeats: 22, maximumNumberOfSeats: 33 };
    const annually = await rest('POST', `${await path('annual-monthly')}/changeSeats`, both);
    expect(annually.json.seats).toMatchObject({ numberOfSeats: 22 });
    expect(annually.json.seats).not.toHaveProperty('maximumNumberOfSeats');
    const flexibly = await rest('POST', `${await path('flexible')}/changeSeats`, both);
    expect(flexibly.json.seats).toMatchObject({ maximumNumberOfSeats: 33 });
    expect(flexibly.json.seats).not.toHaveProperty('numberOfSeats');
    const { json } = await rest('POST', shelf, { ...flexible(), seats: both });
    expect(json.seats.maximumNumberOfSeats).toBe(33);
  });

  test('of the other field alone are refused', async () => {
    const { rest, path } = await startReseller();
    const it = await path('flexible');
    const { json } = await rest('POST', `${it}/changeSeats`, { numberOfSeats: 30 });
    expect(json.error).toMatchObject({ code: 400, errors: [{ location: 'numberOfSeats' }] });
  });

  test('of an annual plan cannot be fewer than the licences', async () => {
    const { rest, path } = await startReseller();
    const plan = (numberOfSeats: number) => ({
      planName: 'ANNUAL_MONTHLY_PAY',
      seats: { numberOfSeats },
    });
    const it = await path('flexible');
    expect(await reasonOf(rest('POST', `${it}/changePlan`, plan(6)))).toBe('400 invalid');
    expect(await reasonOf(rest('POST', `${it}/changePlan`, plan(7)))).toBe('ok');
  });
});

test('primaryAdmin is returned for teams only', async () => {
  const { rest } = await startReseller();
  const primaryAdmin = { primaryEmail: 'boss@flexible.example' };
  const domain = await rest('PATCH', 'customers/flexible.example', { primaryAdmin });
  expect(domain.status).toBe(200);
  expect(domain.json).not.toHaveProperty('primaryAdmin');
  const team = await rest('GET', 'customers/single-team.example');
  expect(team.json.primaryAdmin).toEqual({ primaryEmail: 'lead@single-team.example' });
});
