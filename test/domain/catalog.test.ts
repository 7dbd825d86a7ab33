import { expect, test } from 'vitest';
import { skuOf } from '../../src/domain/catalog/catalog.ts';
import { googleCatalog } from '../../src/domain/catalog/google-catalog.ts';

const skus = googleCatalog.products.flatMap(({ skus }) => skus);

test('the catalog has 20 products and 77 SKUs, each id once', () => {
  expect(googleCatalog.products).toHaveLength(20);
  expect(new Set(skus.map(({ id }) => id)).size).toBe(77);
  expect(skus).toHaveLength(77);
});

test.each<[string, object]>([
  ['1010010001', { plans: ['FREE'], maximumSeats: 50, trial: null, endsBy: 'CANCEL' }],
  ['1010050001', { maximumSeats: 50_000, trial: { seats: 50, days: 30 }, endsBy: 'CANCEL' }],
  ['1010060001', { plans: ['FLEXIBLE'], trial: null, endsBy: 'TRANSFER_TO_DIRECT' }],
  ['1010060003', { plans: ['ANNUAL_MONTHLY_PAY'], trial: null }],
  ['1010020025', { maximumSeats: 300 }],
  ['1010020027', { maximumSeats: 300 }],
  [
    '1010020028',
    {
      name: 'Google Workspace Business Standard',
      plans: ['ANNUAL_MONTHLY_PAY', 'ANNUAL_YEARLY_PAY', 'FLEXIBLE', 'TRIAL'],
      maximumSeats: 300,
      trial: { seats: 10, days: 30 },
      endsBy: 'TRANSFER_TO_DIRECT',
    },
  ],
  ['1010020020', { maximumSeats: 50_000, trial: { seats: 10, days: 30 } }],
  [
    'Google-Chrome-Device-Management',
    { plans: ['ANNUAL_MONTHLY_PAY', 'ANNUAL_YEARLY_PAY', 'TRIAL'], trial: { seats: 10, days: 60 } },
  ],
  ['Google-Vault', { plans: ['FLEXIBLE', 'TRIAL'], endsBy: 'CANCEL' }],
  ['Google-Drive-storage-16TB', { plans: ['FLEXIBLE'], trial: null, endsBy: 'CANCEL' }],
  ['1010310008', { endsBy: 'TRANSFER_TO_DIRECT' }],
])('the limits of %s are those that Google documents', (id, limits) => {
  expect(skuOf(googleCatalog, id)).toMatchObject(limits);
});

test('a trial is a plan of exactly the SKUs that have trial limits', () => {
  for (const { id, plans, trial } of skus) {
    expect([id, plans.includes('TRIAL')]).toEqual([id, trial !== null]);
  }
});

test('an SKU that the catalog does not have is null', () => {
  expect(skuOf(googleCatalog, '1019990001')).toBeNull();
});
