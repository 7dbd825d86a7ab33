import type { SubscriptionOrder } from '../../../src/domain/order.ts';
import type { ResellerWrites } from '../../../src/writes/reseller/reseller-writes.ts';
import type { WriteSpec } from '../../../src/writes/write-spec.ts';
import type { FakeReseller, Json } from './fake-reseller.support.ts';

export function buy(skuId: string, seats = 5): SubscriptionOrder {
  const subscription = { skuId, planName: 'FLEXIBLE', seats: { maximumNumberOfSeats: seats } };
  return { customerId: 'C1', action: 'buy', subscription };
}

export const target = { customerId: 'C1', skuId: 'A', subscriptionId: null };
export const domainCustomer = {
  customerDomain: 'a.example',
  customerType: 'domain',
  alternateEmail: 'ada@other.example',
  phoneNumber: '+49 30 1',
  postalAddress: { contactName: 'Ada', organizationName: 'A', postalCode: '1', countryCode: 'DE' },
};
const account = 'svc@project.example';

export interface MutationCase {
  readonly name: string;
  /** Creates the state that the mutation changes. */
  readonly prepare: (api: FakeReseller) => void;
  readonly spec: (writes: ResellerWrites) => WriteSpec<unknown, unknown>;
  readonly isApplied: (api: FakeReseller) => boolean;
}

function holds(api: FakeReseller, skuId: string): boolean {
  return api.subscriptions.some((other) => other['skuId'] === skuId);
}

function first(api: FakeReseller): Json {
  return api.subscriptions[0] ?? {};
}

/** Every mutation of the reseller API, with the state that it needs and the effect that it has. */
export const mutations: readonly MutationCase[] = [
  {
    name: 'orderCustomer',
    prepare: () => {},
    spec: (writes) =>
      writes.orderCustomer({ customer: domainCustomer, customerAuthToken: undefined }),
    isApplied: (api) => api.customers.size === 1,
  },
  {
    name: 'orderCustomer of a customer of another reseller',
    prepare: (api) =>
      api.customers.set('C1', {
        ...{ customerId: 'C1', customerDomain: 'a.example', customerType: 'domain' },
      }),
    spec: (writes) => writes.orderCustomer({ customer: domainCustomer, customerAuthToken: 'ff' }),
    isApplied: (api) => api.customers.get('C1')?.['alternateEmail'] === 'ada@other.example',
  },
  ...[false, true].map((replace) => ({
    name: replace ? 'updateCustomer with replace' : 'updateCustomer',
    prepare: (api: FakeReseller) =>
      void api.customers.set('C1', { ...domainCustomer, customerId: 'C1' }),
    spec: (writes: ResellerWrites) =>
      writes.updateCustomer({
        ...{ customerId: 'C1', replace },
        changes: { phoneNumber: '+49 30 2', postalAddress: { locality: 'Berlin' } },
      }),
    isApplied: (api: FakeReseller) => api.customers.get('C1')?.['phoneNumber'] === '+49 30 2',
  })),
  {
    name: 'orderSubscription BUY',
    prepare: (api) => void api.add({ skuId: 'B' }),
    spec: (writes) => writes.orderSubscription(buy('A')),
    isApplied: (api) => holds(api, 'A'),
  },
  {
    name: 'orderSubscription BUY of a SKU that the customer has',
    prepare: (api) => void api.add({ skuId: 'A' }),
    spec: (writes) => writes.orderSubscription(buy('A')),
    isApplied: (api) => api.subscriptions.length === 2,
  },
  {
    name: 'orderSubscription SWITCH',
    prepare: (api) => void api.add({ skuId: 'B' }),
    spec: (writes) => writes.orderSubscription({ ...buy('A'), action: 'switch', sourceSkuId: 'B' }),
    isApplied: (api) => holds(api, 'A') && !holds(api, 'B'),
  },
  {
    name: 'orderSubscription TRANSFER',
    prepare: () => {},
    spec: (writes) =>
      writes.orderSubscription({ ...buy('A'), action: undefined, customerAuthToken: 'ff' }),
    isApplied: (api) => holds(api, 'A'),
  },
  {
    name: 'transferSubscriptions of one',
    prepare: () => {},
    spec: (writes) =>
      writes.transferSubscriptions([{ ...buy('A'), action: undefined, customerAuthToken: 'ff' }]),
    isApplied: (api) => holds(api, 'A'),
  },
  {
    name: 'activateSubscription',
    prepare: (api) =>
      void api.add({
        ...{ skuId: 'A', status: 'SUSPENDED', suspensionReasons: ['RESELLER_INITIATED'] },
      }),
    spec: (writes) => writes.changeSubscription({ mutation: 'activateSubscription', target }),
    isApplied: (api) => first(api)['status'] === 'ACTIVE',
  },
  {
    name: 'suspendSubscription',
    prepare: (api) => void api.add({ skuId: 'A' }),
    spec: (writes) => writes.changeSubscription({ mutation: 'suspendSubscription', target }),
    isApplied: (api) => first(api)['status'] === 'SUSPENDED',
  },
  {
    name: 'startPaidService',
    prepare: (api) => void api.add({ skuId: 'A', trialSettings: { isInTrial: true } }),
    spec: (writes) => writes.changeSubscription({ mutation: 'startPaidService', target }),
    isApplied: (api) => JSON.stringify(first(api)['trialSettings']).includes('false'),
  },
  {
    name: 'changeSubscriptionPlan',
    prepare: (api) => void api.add({ skuId: 'A' }),
    spec: (writes) =>
      writes.changeSubscription({
        ...{ mutation: 'changeSubscriptionPlan', target },
        plan: { planName: 'ANNUAL_YEARLY_PAY', seats: { numberOfSeats: 7 } },
      }),
    isApplied: (api) => JSON.stringify(first(api)['plan']).includes('ANNUAL'),
  },
  {
    name: 'changeSubscriptionSeats',
    prepare: (api) => void api.add({ skuId: 'A' }),
    spec: (writes) =>
      writes.changeSubscription({ mutation: 'changeSubscriptionSeats', target, seats: 12 }),
    isApplied: (api) => JSON.stringify(first(api)['seats']).includes('12'),
  },
  {
    name: 'changeSubscriptionRenewalSettings',
    prepare: (api) =>
      void api.add({ skuId: 'A', renewalSettings: { renewalType: 'AUTO_RENEW_YEARLY_PAY' } }),
    spec: (writes) =>
      writes.changeSubscription({
        ...{ mutation: 'changeSubscriptionRenewalSettings', target, renewalType: 'CANCEL' },
      }),
    isApplied: (api) => JSON.stringify(first(api)['renewalSettings']).includes('CANCEL'),
  },
  ...(['cancelSubscription', 'transferSubscriptionToDirect'] as const).map((mutation) => ({
    name: mutation,
    prepare: (api: FakeReseller) => void api.add({ skuId: 'A' }),
    spec: (writes: ResellerWrites) => writes.endSubscriptions({ mutation, targets: [target] }),
    isApplied: (api: FakeReseller) => !holds(api, 'A'),
  })),
  {
    name: 'registerNotifications',
    prepare: () => {},
    spec: (writes) =>
      writes.changeWatch({
        ...{ mutation: 'registerNotifications', serviceAccountEmailAddress: account },
      }),
    isApplied: (api) => api.watchers.has(account),
  },
  {
    name: 'unregisterNotifications',
    prepare: (api) => void api.watchers.add(account),
    spec: (writes) =>
      writes.changeWatch({
        ...{ mutation: 'unregisterNotifications', serviceAccountEmailAddress: account },
      }),
    isApplied: (api) => !api.watchers.has(account),
  },
];
