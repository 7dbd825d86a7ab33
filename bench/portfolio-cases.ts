import type { SubscriptionOrderField } from '../src/domain/portfolio-filter.ts';

export interface Case {
  readonly name: string;
  readonly filter: Readonly<Record<string, unknown>>;
  readonly orderBy: { readonly field: SubscriptionOrderField; readonly direction: 'ASC' | 'DESC' };
}

const soon = new Date(Date.now() + 40 * 86_400_000).toISOString();
const annual = ['ANNUAL_MONTHLY_PAY', 'ANNUAL_YEARLY_PAY'];

const filters: Readonly<Record<string, Case['filter']>> = {
  everything: {},
  suspended: { status: ['SUSPENDED'] },
  'suspended for': { suspensionReasons: ['OTHER'] },
  renewals: { renewsBefore: soon },
  'free seats': { freeSeatsAtLeast: 100, planName: annual },
  'two letters': { search: 'ba' },
  'three letters': { search: 'nor' },
  words: { search: 'business nord' },
  'one customer': { search: 'nordlicht' },
  nothing: { search: 'zzzzz' },
  'nothing in two letters': { search: 'zq' },
  'linked or not': { any: [{ linked: true }, { freeSeatsAtLeast: 5 }] },
  negated: { not: { any: [{ status: ['ACTIVE'] }, { planName: ['FLEXIBLE'] }] } },
  nested: {
    any: [
      { status: ['SUSPENDED'], not: { suspensionReasons: ['OTHER'] } },
      { all: [{ planName: ['TRIAL'] }, { freeSeatsAtLeast: 10 }] },
    ],
  },
  'few of many': { status: ['SUSPENDED'], planName: ['TRIAL'], freeSeatsAtLeast: 200 },
};

const orders: readonly Case['orderBy'][] = [
  { field: 'CUSTOMER_DOMAIN', direction: 'ASC' },
  { field: 'RENEWS_AT', direction: 'ASC' },
  { field: 'FREE_SEATS', direction: 'DESC' },
  { field: 'CREATED_AT', direction: 'DESC' },
];

/** Every filter in several orders. */
export const cases: readonly Case[] = Object.entries(filters).flatMap(([name, filter]) =>
  orders.map((orderBy) => ({ name: `${name} by ${orderBy.field}`, filter, orderBy })),
);
