import type {
  SubscriptionPlan,
  SubscriptionSeats,
  TransferInfo,
  TrialSettings,
} from '../../domain/subscription.ts';
import { expose, objectType, plainType } from '../fields.ts';
import { openEnum } from '../open-enum.ts';

export const planName = openEnum(
  'PlanName',
  'Payment plans of the reseller API.',
  {
    ANNUAL_MONTHLY_PAY:
      'One-year commitment, billed monthly. The reseller API returns it as `ANNUAL`.',
    ANNUAL_YEARLY_PAY: 'One-year commitment, billed once a year.',
    FLEXIBLE: 'No commitment; billed monthly for the licensed users.',
    TRIAL: 'Free trial of up to 30 days (60 days for Chrome Enterprise).',
    FREE: 'Free of charge; Cloud Identity Free only.',
  },
  (raw) => (raw === 'ANNUAL' ? 'ANNUAL_MONTHLY_PAY' : raw),
);

export const renewalType = openEnum(
  'RenewalType',
  'What happens at the end of an annual commitment.',
  {
    AUTO_RENEW: 'Renews the subscription. The reseller API returns this value; do not send it.',
    AUTO_RENEW_MONTHLY_PAY: 'Renews for the same number of seats, billed monthly.',
    AUTO_RENEW_YEARLY_PAY: 'Renews for the same number of seats, billed once a year.',
    RENEW_CURRENT_USERS_MONTHLY_PAY: 'Renews for the licensed users, billed monthly.',
    RENEW_CURRENT_USERS_YEARLY_PAY: 'Renews for the licensed users, billed once a year.',
    RENEW_ON_PROPOSED_OFFER: 'Renews with the offer that Google proposes.',
    SWITCH_TO_PAY_AS_YOU_GO: 'Changes to the flexible plan.',
    CANCEL: 'Ends without renewal.',
  },
);

export const subscriptionStatus = openEnum('SubscriptionStatus', 'States of a subscription.', {
  ACTIVE: 'The subscription is active.',
  SUSPENDED: 'The subscription is suspended; see `suspensionReasons`.',
  CANCELLED: 'The subscription has ended.',
  PENDING: 'The subscription is being created.',
  BILLING_ACTIVATION_PENDING: 'Billing for the subscription is not active yet.',
});

export const suspensionReason = openEnum(
  'SuspensionReason',
  'Reasons why a subscription is suspended.',
  {
    PENDING_TOS_ACCEPTANCE: 'The customer has not accepted the terms of service.',
    RENEWAL_WITH_TYPE_CANCEL: 'The commitment ended and its renewal type was CANCEL.',
    RESELLER_INITIATED: 'The reseller suspended the subscription.',
    TRIAL_ENDED: 'The trial ended without a plan for paid service.',
    OTHER: "Google's own reasons, such as abuse.",
  },
);

export const billingMethod = openEnum('BillingMethod', 'How Google bills a subscription.', {
  ONLINE: 'Google bills the subscription online.',
  OFFLINE: 'Google bills the subscription offline, under a contract.',
});

const commitmentInterval = plainType<NonNullable<SubscriptionPlan['commitmentInterval']>>(
  'CommitmentInterval',
  'The year that an annual plan covers.',
  {
    DateTime: {
      startTime: 'When the commitment starts; null when the reseller API omits it.',
      endTime: 'When the commitment ends; null when the reseller API omits it.',
    },
  },
);

export const plan = objectType<SubscriptionPlan>(
  'SubscriptionPlan',
  'The payment plan of a subscription.',
  (t) => ({
    ...planName.fields(
      t,
      'planName',
      'Payment plan, under the name by which it is ordered; null when the reseller API omits it.',
      (parent) => parent.planName,
    ),
    ...expose(t, { Boolean: { isCommitmentPlan: 'Whether the plan is a one-year commitment.' } }),
    commitmentInterval: t.expose('commitmentInterval', {
      type: commitmentInterval,
      description: 'Term of an annual plan; null for other plans and when billed offline.',
    }),
  }),
);

export const seats = plainType<SubscriptionSeats>(
  'SubscriptionSeats',
  'The number of users that a subscription covers.',
  {
    Int: {
      numberOfSeats: 'Purchased seats of an annual plan; null for other plans.',
      maximumNumberOfSeats:
        'Maximum seats of a flexible, trial or free plan; null for annual plans.',
      licensedNumberOfSeats: 'Users that have a license now.',
    },
  },
);

export const trialSettings = plainType<TrialSettings>('TrialSettings', 'A current or past trial.', {
  'Boolean!': { isInTrial: 'Whether the subscription is in trial now.' },
  DateTime: { trialEndTime: 'When the trial ends or ended; null when the reseller API omits it.' },
});

export const renewalSettings = objectType<{ readonly renewalType: string | null }>(
  'RenewalSettings',
  'What happens at the end of an annual commitment.',
  (t) =>
    renewalType.fields(
      t,
      'renewalType',
      'How the subscription renews; null when the reseller API omits it.',
      (parent) => parent.renewalType,
    ),
);

export const transferInfo = plainType<TransferInfo>(
  'TransferInfo',
  'Requirements for transferring a subscription to this reseller.',
  {
    DateTime: {
      transferabilityExpirationTime: 'Time until which the subscription can be transferred.',
    },
    Int: { minimumTransferableSeats: 'Minimum number of seats to order in the transfer.' },
    String: {
      currentLegacySkuId:
        'SKU id that the customer has now, when `skuId` is its recommended replacement.',
    },
  },
);
