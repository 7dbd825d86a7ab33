import { describe, expect, test } from 'vitest';
import { startReseller } from './reseller.support.ts';

describe('changePlan', () => {
  const yearly = { planName: 'ANNUAL_YEARLY_PAY', seats: { numberOfSeats: 30 } };

  test('changes a flexible plan to an annual one with a new id', async () => {
    const { rest, path, types, clock } = await startReseller();
    const old = await path('flexible');
    const { json } = await rest('POST', `${old}/changePlan`, { ...yearly, purchaseOrderId: 'P1' });
    expect(json).toMatchObject({
      plan: { planName: 'ANNUAL_YEARLY_PAY', isCommitmentPlan: true },
      seats: { numberOfSeats: 30, licensedNumberOfSeats: 7 },
      purchaseOrderId: 'P1',
    });
    expect(json.seats).not.toHaveProperty('maximumNumberOfSeats');
    expect(Number(json.plan.commitmentInterval.startTime)).toBe(clock.now());
    expect((await rest('GET', old)).status).toBe(404);
    expect(types()).toEqual(['PRICE_PLAN_SWITCHED']);
  });

  test('assigns a plan to a running trial without ending it', async () => {
    const { rest, path } = await startReseller();
    const first = await rest('POST', `${await path('trial-running')}/changePlan`, yearly);
    expect(first.json).toMatchObject({
      plan: { planName: 'ANNUAL_YEARLY_PAY' },
      trialSettings: { isInTrial: true },
    });
    expect(first.json.plan).not.toHaveProperty('commitmentInterval');
    const flexible = { planName: 'FLEXIBLE', seats: { maximumNumberOfSeats: 12 } };
    const second = await rest('POST', `${await path('trial-running')}/changePlan`, flexible);
    expect(second.json.plan.planName).toBe('FLEXIBLE');
  });

  test.each<[string, string, object, number, string]>([
    ['no plan', 'flexible', { seats: { numberOfSeats: 3 } }, 400, 'required'],
    ['no seats', 'flexible', { planName: 'ANNUAL_YEARLY_PAY' }, 400, 'required'],
    ['an unknown plan', 'flexible', { ...yearly, planName: 'HOURLY' }, 400, 'invalid'],
    ['a trial', 'flexible', { ...yearly, planName: 'TRIAL' }, 400, 'invalid'],
    ['the same plan', 'flexible', { ...yearly, planName: 'FLEXIBLE' }, 400, 'invalid'],
    ['an annual plan', 'annual-monthly', yearly, 412, 'conditionNotMet'],
    ['a suspended subscription', 'suspended-other', yearly, 400, 'badRequest'],
    ['a free subscription', 'free-identity', yearly, 400, 'invalid'],
  ])('rejects %s', async (_, domain, body, status, reason) => {
    const { rest, path } = await startReseller();
    const { json } = await rest('POST', `${await path(domain)}/changePlan`, body);
    expect(json.error).toMatchObject({ code: status, errors: [{ reason }] });
  });
});

describe('startPaidService', () => {
  test('ends the trial and assigns a new id', async () => {
    const { rest, path, types, clock } = await startReseller();
    const old = await path('trial-assigned');
    const { json } = await rest('POST', `${old}/startPaidService`);
    expect(json).toMatchObject({ trialSettings: { isInTrial: false }, status: 'ACTIVE' });
    expect(Number(json.plan.commitmentInterval.startTime)).toBe(clock.now());
    expect((await rest('GET', old)).status).toBe(404);
    expect(types()).toEqual(['SUBSCRIPTION_TRIAL_ENDED']);
  });

  test.each([
    ['trial-running', 412, 'conditionNotMet'],
    ['flexible', 400, 'badRequest'],
    ['trial-ended', 400, 'badRequest'],
  ])('is rejected for %s', async (domain, status, reason) => {
    const { rest, path } = await startReseller();
    const { json } = await rest('POST', `${await path(domain)}/startPaidService`);
    expect(json.error).toMatchObject({ code: status, errors: [{ reason }] });
  });
});

describe('changeSeats', () => {
  test.each<[string, object, object, string[]]>([
    ['annual-monthly', { numberOfSeats: 25 }, { numberOfSeats: 25 }, ['COMMITMENT_CHANGED']],
    ['flexible', { maximumNumberOfSeats: 9 }, { maximumNumberOfSeats: 9 }, []],
    [
      'flexible',
      { kind: 'subscriptions#seats', maximumNumberOfSeats: '8', licensedNumberOfSeats: 7 },
      { maximumNumberOfSeats: 8 },
      [],
    ],
  ])('sets the total seats of %s', async (domain, body, expected, events) => {
    const { rest, path, types } = await startReseller();
    const it = await path(domain);
    const { json } = await rest('POST', `${it}/changeSeats`, body);
    expect(json.seats).toMatchObject(expected);
    expect(it.endsWith(json.subscriptionId)).toBe(true);
    expect(types()).toEqual(events);
  });

  test.each<[string, string, object, string]>([
    ['fewer annual seats', 'annual-monthly', { numberOfSeats: 19 }, 'invalid'],
    ['the wrong field', 'annual-monthly', { maximumNumberOfSeats: 30 }, 'invalid'],
    ['the other wrong field', 'flexible', { numberOfSeats: 30 }, 'invalid'],
    ['below the licensed users', 'flexible', { maximumNumberOfSeats: 6 }, 'invalid'],
    [
      'a different number of licences',
      'flexible',
      { maximumNumberOfSeats: 9, licensedNumberOfSeats: 3 },
      'invalid',
    ],
    ['no seats', 'flexible', {}, 'required'],
    ['a suspended subscription', 'suspended-other', { maximumNumberOfSeats: 300 }, 'badRequest'],
  ])('rejects %s', async (_, domain, body, reason) => {
    const { rest, path } = await startReseller();
    const { json } = await rest('POST', `${await path(domain)}/changeSeats`, body);
    expect(json.error).toMatchObject({ code: 400, errors: [{ reason }] });
  });
});

describe('changeRenewalSettings', () => {
  test('changes the renewal of an annual plan', async () => {
    const { rest, path, types } = await startReseller();
    const body = { kind: 'subscriptions#renewalSettings', renewalType: 'CANCEL' };
    const it = await path('annual-monthly');
    const { json } = await rest('POST', `${it}/changeRenewalSettings`, body);
    expect(json.renewalSettings.renewalType).toBe('CANCEL');
    expect(types()).toEqual([]);
  });

  test.each([
    ['a flexible plan', 'flexible', { renewalType: 'CANCEL' }, 412, 'conditionNotMet'],
    ['no type', 'annual-monthly', {}, 400, 'required'],
    ['an unknown type', 'annual-monthly', { renewalType: 'AUTO_RENEW' }, 400, 'invalid'],
    ['a suspended subscription', 'renewal-cancelled', { renewalType: 'CANCEL' }, 400, 'badRequest'],
  ])('rejects %s', async (_, domain, body, status, reason) => {
    const { rest, path } = await startReseller();
    const { json } = await rest('POST', `${await path(domain)}/changeRenewalSettings`, body);
    expect(json.error).toMatchObject({ code: status, errors: [{ reason }] });
  });
});
