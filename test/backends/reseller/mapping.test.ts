import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  toCustomer,
  toSubscription,
  toSubscriptionPage,
  toWatchDetails,
} from '../../../src/backends/reseller/mapping.ts';
import { subscriptionJson } from './reseller.support.ts';

const ids = { customerId: 'C1', subscriptionId: 'S1', skuId: '1010020028' };

test('maps every field of a customer', () => {
  const json = {
    kind: 'reseller#customer',
    customerId: 'C1',
    customerDomain: 'a.example',
    customerType: 'domain',
    alternateEmail: 'x@b.example',
    phoneNumber: '+49',
    postalAddress: {
      kind: 'customers#address',
      contactName: 'n',
      organizationName: 'o',
      addressLine1: '1',
      addressLine2: '2',
      addressLine3: '3',
      locality: 'l',
      region: 'r',
      postalCode: 'p',
      countryCode: 'DE',
    },
    primaryAdmin: { primaryEmail: 'y@b.example' },
    customerDomainVerified: true,
    resourceUiUrl: 'https://x.example',
    newField: 1,
  };
  const { newField: _, ...known } = json;
  const { kind: __, ...postalAddress } = json.postalAddress;
  expect(toCustomer(json)).toEqual({ ...known, postalAddress });
});

test('maps a customer of another reseller, which has three fields', () => {
  const json = { customerId: 'C1', customerDomain: 'a.example', customerType: 'domain' };
  expect(toCustomer(json)).toEqual({
    ...json,
    kind: null,
    alternateEmail: null,
    phoneNumber: null,
    postalAddress: null,
    primaryAdmin: null,
    customerDomainVerified: null,
    resourceUiUrl: null,
  });
});

test('maps every field of a subscription', () => {
  const json = {
    kind: 'subscriptions#subscription',
    ...ids,
    customerDomain: 'a.example',
    skuName: 'Standard',
    billingMethod: 'ONLINE',
    creationTime: '1331647980142',
    plan: {
      planName: 'ANNUAL',
      isCommitmentPlan: true,
      commitmentInterval: { startTime: '1000', endTime: '2000' },
    },
    seats: { kind: 'x', numberOfSeats: 5, maximumNumberOfSeats: 6, licensedNumberOfSeats: 4 },
    trialSettings: { isInTrial: false, trialEndTime: '3000' },
    renewalSettings: { kind: 'x', renewalType: 'AUTO_RENEW' },
    transferInfo: {
      transferabilityExpirationTime: '4000',
      minimumTransferableSeats: '20',
      currentLegacySkuId: 'Google-Apps',
    },
    purchaseOrderId: '',
    dealCode: 'd',
    status: 'SOMETHING_NEW',
    suspensionReasons: ['OTHER', 'TRIAL_ENDED'],
    resourceUiUrl: 'https://x.example',
  };
  expect(toSubscription(json)).toEqual({
    ...json,
    creationTime: new Date(1331647980142),
    plan: {
      planName: 'ANNUAL',
      isCommitmentPlan: true,
      commitmentInterval: { startTime: new Date(1000), endTime: new Date(2000) },
    },
    seats: { numberOfSeats: 5, maximumNumberOfSeats: 6, licensedNumberOfSeats: 4 },
    trialSettings: { isInTrial: false, trialEndTime: new Date(3000) },
    renewalSettings: { renewalType: 'AUTO_RENEW' },
    transferInfo: {
      transferabilityExpirationTime: new Date(4000),
      minimumTransferableSeats: 20,
      currentLegacySkuId: 'Google-Apps',
    },
  });
});

test('maps a subscription that has only ids', () => {
  const read = toSubscription({ ...ids, trialSettings: {}, seats: null });
  expect(read).toMatchObject({
    ...ids,
    plan: null,
    seats: null,
    trialSettings: { isInTrial: false, trialEndTime: null },
    suspensionReasons: [],
  });
});

describe('lenient fields', () => {
  test.each<[unknown, Date | null]>([
    ['0', new Date(0)],
    ['-1', new Date(-1)],
    [1000, new Date(1000)],
    ['8640000000000000', new Date(8.64e15)],
    ['8640000000000001', null],
    ['9223372036854775807', null],
    ['', null],
    ['1e3', null],
    ['soon', null],
    [1.5, null],
    [null, null],
    [{}, null],
  ])('the time %j becomes %s', (creationTime, expected) => {
    expect(toSubscription({ ...ids, creationTime }).creationTime).toEqual(expected);
  });

  test.each<[unknown, number | null]>([
    [7, 7],
    ['7', 7],
    [0, 0],
    ['', null],
    ['7 seats', null],
    [1.5, null],
    [2 ** 31, null],
    ['99999999999999999999', null],
    [null, null],
    [[], null],
  ])('the seats %j become %s', (numberOfSeats, expected) => {
    expect(toSubscription({ ...ids, seats: { numberOfSeats } }).seats?.numberOfSeats).toBe(
      expected,
    );
  });

  test.each<[unknown, readonly string[]]>([
    [null, []],
    ['OTHER', []],
    [
      ['A', 1, null, 'B'],
      ['A', 'B'],
    ],
  ])('the reasons %j become %j', (suspensionReasons, expected) => {
    expect(toSubscription({ ...ids, suspensionReasons }).suspensionReasons).toEqual(expected);
  });

  test('accepts a numeric id', () => {
    expect(toSubscription({ ...ids, subscriptionId: 123 }).subscriptionId).toBe('123');
  });
});

describe('invalid responses', () => {
  test.each([
    'customerId',
    'subscriptionId',
    'skuId',
  ])('a subscription without %s is rejected', (name) => {
    for (const value of [undefined, null, '', {}, Number.NaN]) {
      expect(() => toSubscription({ ...ids, [name]: value })).toThrow();
    }
  });

  test.each([
    null,
    'x',
    7,
    [],
    { subscriptions: {} },
    { nextPageToken: 7 },
  ])('the list %j is rejected', (json) => {
    expect(() => toSubscriptionPage(json, () => {})).toThrow();
  });

  test('an invalid item does not affect the rest of the list', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (odd) => {
        const subscriptions = [...odd, subscriptionJson('S1')];
        const problems: Error[] = [];
        const page = toSubscriptionPage({ subscriptions, nextPageToken: '' }, (p) =>
          problems.push(p),
        );
        expect(page.nextToken).toBeNull();
        expect(page.items.at(-1)?.subscriptionId).toBe('S1');
        expect(page.items.length + problems.length).toBe(subscriptions.length);
      }),
    );
  });
});

test('skips an invalid address of the notification watch', () => {
  const json = {
    serviceAccountEmailAddresses: ['a@p.example', 7],
    topicName: 'projects/p/topics/t',
  };
  expect(toWatchDetails(json)).toEqual({
    serviceAccountEmailAddresses: ['a@p.example'],
    topicName: 'projects/p/topics/t',
  });
});
