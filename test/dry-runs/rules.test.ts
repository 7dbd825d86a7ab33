import { describe, expect, test } from 'vitest';
import { sharedTestGateway } from '../support/gateway.ts';
import { dryRun, type Holder, holderAt, type Result, send } from './dry-runs.support.ts';

const gateway = sharedTestGateway({ sandbox: { seed: { customers: 4 } } });

/** The mutation, the customer of the seed, the input, and the refusal that Google documents. */
type Row = readonly [
  rule: string,
  mutation: string,
  domain: string,
  input: (holder: Holder) => object,
  refusal: string,
];

const subscription = ({ subscriptions: [first] }: Holder) => ({ subscription: first });
const buy = { action: 'BUY', planName: 'FLEXIBLE', seats: 5 };
const starter = '1010020027';
const standard = '1010020028';

const refused: readonly Row[] = [
  [
    'a flexible plan has at least the licensed users',
    ...(['changeSubscriptionSeats', 'flexible.example'] as const),
    (holder) => ({ ...subscription(holder), seats: 6 }),
    'ValidationError input.seats',
  ],
  [
    'an annual plan only grows',
    ...(['changeSubscriptionSeats', 'annual-monthly.example'] as const),
    (holder) => ({ ...subscription(holder), seats: 15 }),
    'ValidationError input.seats',
  ],
  [
    'an annual plan has at least the licensed users',
    ...(['changeSubscriptionSeats', 'annual-yearly.example'] as const),
    (holder) => ({ ...subscription(holder), seats: 11 }),
    'ValidationError input.seats',
  ],
  [
    'Business Standard ends at 300 seats',
    ...(['changeSubscriptionSeats', 'flexible.example'] as const),
    (holder) => ({ ...subscription(holder), seats: 301 }),
    'ValidationError input.seats',
  ],
  [
    'a trial has at most 10 seats',
    ...(['changeSubscriptionSeats', 'trial-running.example'] as const),
    (holder) => ({ ...subscription(holder), seats: 11 }),
    'ValidationError input.seats',
  ],
  [
    'a suspended subscription does not change',
    ...(['changeSubscriptionSeats', 'paused-by-reseller.example'] as const),
    (holder) => ({ ...subscription(holder), seats: 200 }),
    'FailedPreconditionError',
  ],
  [
    'an annual plan cannot be changed',
    ...(['changeSubscriptionPlan', 'annual-monthly.example'] as const),
    (holder) => ({ ...subscription(holder), planName: 'FLEXIBLE' }),
    'FailedPreconditionError',
  ],
  [
    'a plan cannot become a trial',
    ...(['changeSubscriptionPlan', 'flexible.example'] as const),
    (holder) => ({ ...subscription(holder), planName: 'TRIAL' }),
    'ValidationError input.planName',
  ],
  [
    'a plan that is named raw is on the path of the raw field',
    ...(['changeSubscriptionPlan', 'flexible.example'] as const),
    (holder) => ({ ...subscription(holder), planNameRaw: 'FREE' }),
    'ValidationError input.planNameRaw',
  ],
  [
    'a flexible plan stays within the licensed users when it becomes annual',
    ...(['changeSubscriptionPlan', 'flexible.example'] as const),
    (holder) => ({ ...subscription(holder), planName: 'ANNUAL_YEARLY_PAY', seats: 3 }),
    'ValidationError input.seats',
  ],
  [
    'only annual plans have renewal settings',
    ...(['changeSubscriptionRenewalSettings', 'flexible.example'] as const),
    (holder) => ({ ...subscription(holder), renewalType: 'CANCEL' }),
    'FailedPreconditionError',
  ],
  [
    'a free subscription cannot be suspended',
    ...(['suspendSubscription', 'free-identity.example', subscription] as const),
    'FailedPreconditionError',
  ],
  [
    'a trial cannot be suspended',
    ...(['suspendSubscription', 'trial-running.example', subscription] as const),
    'FailedPreconditionError',
  ],
  [
    'a suspended subscription cannot be suspended',
    ...(['suspendSubscription', 'trial-ended.example', subscription] as const),
    'FailedPreconditionError',
  ],
  [
    'add-ons end before their Workspace subscription is suspended',
    ...(['suspendSubscription', 'vault-archive.example', subscription] as const),
    'FailedPreconditionError',
  ],
  [
    'only the suspension of the reseller can be lifted',
    ...(['activateSubscription', 'suspended-other.example', subscription] as const),
    'FailedPreconditionError',
  ],
  [
    'an active subscription cannot be activated',
    ...(['activateSubscription', 'flexible.example', subscription] as const),
    'FailedPreconditionError',
  ],
  [
    'the paid service needs a plan',
    ...(['startPaidService', 'trial-running.example', subscription] as const),
    'FailedPreconditionError',
  ],
  [
    'the paid service needs a trial',
    ...(['startPaidService', 'flexible.example', subscription] as const),
    'FailedPreconditionError',
  ],
  [
    'Workspace cannot be cancelled',
    ...(['cancelSubscription', 'flexible.example', subscription] as const),
    'ValidationError input.subscription',
  ],
  [
    'other products cannot be transferred to Google',
    ...(['transferSubscriptionToDirect', 'several-products.example'] as const),
    ({ subscriptions: [, second] }) => ({ subscription: second }),
    'ValidationError input.subscription',
  ],
  [
    'Workspace cannot be cancelled along with others either',
    ...(['cancelSubscription', 'vault-archive.example'] as const),
    ({ subscriptions: [first, second] }) => ({ subscription: second, alongWith: [first] }),
    'ValidationError input.alongWith.0',
  ],
  [
    'a team buys Essentials only',
    ...(['orderSubscription', 'single-team.example'] as const),
    ({ customer }) => ({ customer, ...buy, skuId: starter }),
    'FailedPreconditionError',
  ],
  [
    'a customer has one trial',
    ...(['orderSubscription', 'trial-converted.example'] as const),
    ({ customer }) => ({ customer, ...buy, planName: 'TRIAL', skuId: '1010050001' }),
    'FailedPreconditionError',
  ],
  [
    'a trial of Business Starter has at most 10 seats',
    ...(['orderSubscription', 'empty-shelf.example'] as const),
    ({ customer }) => ({ customer, ...buy, planName: 'TRIAL', seats: 11, skuId: starter }),
    'ValidationError input.seats',
  ],
  [
    'Vault needs G Suite Basic',
    ...(['orderSubscription', 'flexible.example'] as const),
    ({ customer }) => ({ customer, ...buy, skuId: 'Google-Vault' }),
    'FailedPreconditionError',
  ],
  [
    'Essentials has no annual plan',
    ...(['orderSubscription', 'empty-shelf.example'] as const),
    ({ customer }) => ({
      ...{ customer, ...buy, planName: 'ANNUAL_YEARLY_PAY' },
      skuId: '1010060001',
    }),
    'ValidationError input.planName',
  ],
  [
    'a switch stays in one product',
    ...(['orderSubscription', 'flexible.example'] as const),
    ({ customer }) => ({
      ...{ customer, ...buy, action: 'SWITCH', seats: 20 },
      ...{ sourceSkuId: standard, skuId: '1010470001' },
    }),
    'ValidationError input.sourceSkuId',
  ],
  [
    'a switch needs the subscription to replace',
    ...(['orderSubscription', 'empty-shelf.example'] as const),
    ({ customer }) => ({
      ...{ customer, ...buy, action: 'SWITCH', sourceSkuId: standard, skuId: starter },
    }),
    'ValidationError input.sourceSkuId',
  ],
  [
    'an annual plan with yearly payment cannot be switched',
    ...(['orderSubscription', 'annual-yearly.example'] as const),
    ({ customer }) => ({
      ...{ customer, ...buy, action: 'SWITCH', planName: 'ANNUAL_YEARLY_PAY', seats: 30 },
      ...{ sourceSkuId: '1010020025', skuId: '1010020020' },
    }),
    'FailedPreconditionError',
  ],
  [
    'a suspended subscription cannot be switched',
    ...(['orderSubscription', 'paused-by-reseller.example'] as const),
    ({ customer }) => ({
      ...{ customer, ...buy, action: 'SWITCH', seats: 20 },
      ...{ sourceSkuId: standard, skuId: '1010020025' },
    }),
    'FailedPreconditionError',
  ],
  [
    'a customer of another reseller cannot buy here',
    ...(['orderSubscription', 'fernweh-travel.example'] as const),
    ({ customer }) => ({ customer, ...buy, skuId: starter }),
    'PermissionError',
  ],
  [
    'a transfer takes all active subscriptions',
    ...(['orderSubscription', 'fernweh-travel.example'] as const),
    ({ customer }) => ({
      ...{ customer, ...buy, action: 'TRANSFER', skuId: standard, seats: 50 },
      customerAuthToken: 'a1b2c3d4e5f60718',
    }),
    'FailedPreconditionError',
  ],
  [
    'a transfer has a minimum of seats',
    ...(['transferSubscriptions', 'direct-bakery.example'] as const),
    ({ customer }) => ({
      ...{ customer, customerAuthToken: '0f1e2d3c4b5a6978' },
      subscriptions: [{ skuId: standard, planName: 'FLEXIBLE', seats: 7 }],
    }),
    'ValidationError input.subscriptions.0.seats',
  ],
  [
    'a transfer is of an SKU that the customer has',
    ...(['transferSubscriptions', 'direct-bakery.example'] as const),
    ({ customer }) => ({
      ...{ customer, customerAuthToken: '0f1e2d3c4b5a6978' },
      subscriptions: [{ skuId: starter, planName: 'FLEXIBLE', seats: 20 }],
    }),
    'ValidationError input.subscriptions.0.skuId',
  ],
  [
    'a transfer needs a token that has not expired',
    ...(['transferSubscriptions', 'expired-token.example'] as const),
    ({ customer }) => ({
      ...{ customer, customerAuthToken: 'deadbeefdeadbeef' },
      subscriptions: [{ skuId: starter, planName: 'FLEXIBLE', seats: 50 }],
    }),
    'PermissionError',
  ],
  [
    'a customer is ordered once',
    ...(['orderCustomer', 'flexible.example', () => orderOf('flexible.example')] as const),
    'ConflictError',
  ],
  [
    'a customer of another reseller is transferred with its token',
    ...([
      'orderCustomer',
      'fernweh-travel.example',
      () => orderOf('fernweh-travel.example'),
    ] as const),
    'ConflictError',
  ],
  [
    'the alternate email address is outside of the present domain',
    ...(['updateCustomer', 'flexible.example'] as const),
    ({ customer }) => ({ customer, alternateEmail: 'it@flexible.example' }),
    'ValidationError input.alternateEmail',
  ],
  [
    'a customer of another reseller cannot be updated',
    ...(['updateCustomer', 'fernweh-travel.example'] as const),
    ({ customer }) => ({ customer, phoneNumber: '+49 40 5550100' }),
    'PermissionError',
  ],
];

function orderOf(customerDomain: string): object {
  const postalAddress = {
    ...{ contactName: 'A', organizationName: 'A Ltd', postalCode: '20457', countryCode: 'DE' },
  };
  return { customerDomain, alternateEmail: 'it@backup.example', postalAddress };
}

/** `ValidationError input.seats`. */
function refusalOf({ __typename, fields = [] }: Result): string {
  return [__typename, ...fields.map(({ path }) => path.join('.'))].join(' ');
}

describe('a dry run refuses what the mutation refuses:', () => {
  test.each(refused)('%s', async (_rule, mutation, domain, input, refusal) => {
    const { url } = gateway();
    const given = input(await holderAt(url, domain));
    const dry = await dryRun(url, mutation, given);
    expect(refusalOf(dry), dry.message ?? dry.summary ?? '').toBe(refusal);
    const real = await send(url, mutation, given);
    expect(refusalOf(real), real.message ?? '').toBe(refusal);
    expect(real.code).toBe(dry.code);
  });
});
