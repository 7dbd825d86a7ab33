import type {
  SubscriptionPlan,
  SubscriptionSeats,
  TransferInfo,
  TrialSettings,
} from '../../domain/subscription.ts';
import { builder } from '../builder.ts';
import { openEnum } from '../open-enum.ts';

export const planName = openEnum('PlanName', 'How a subscription is paid.', {
  ANNUAL_MONTHLY_PAY: 'A year, paid monthly. The vendor answers it as ANNUAL.',
  ANNUAL_YEARLY_PAY: 'A year, paid at once.',
  FLEXIBLE: 'Month by month, for the users there are.',
  TRIAL: 'Free for a while.',
  FREE: 'Free for good; Cloud Identity Free only.',
});

export const renewalType = openEnum('RenewalType', 'What happens when an annual plan ends.', {
  AUTO_RENEW: 'Renews; seen in answers only.',
  AUTO_RENEW_MONTHLY_PAY: 'Renews with the same seats, paid monthly.',
  AUTO_RENEW_YEARLY_PAY: 'Renews with the same seats, paid at once.',
  RENEW_CURRENT_USERS_MONTHLY_PAY: 'Renews for the users there are, paid monthly.',
  RENEW_CURRENT_USERS_YEARLY_PAY: 'Renews for the users there are, paid at once.',
  RENEW_ON_PROPOSED_OFFER: 'Renews as the vendor proposes.',
  SWITCH_TO_PAY_AS_YOU_GO: 'Becomes a flexible plan.',
  CANCEL: 'Ends.',
});

export const subscriptionStatus = openEnum('SubscriptionStatus', 'Whether a subscription serves.', {
  ACTIVE: 'It serves.',
  SUSPENDED: 'It is suspended: see the reasons.',
  CANCELLED: 'It is over.',
  PENDING: 'It is being made.',
  BILLING_ACTIVATION_PENDING: 'Billing has not been activated yet.',
});

export const suspensionReason = openEnum('SuspensionReason', 'Why a subscription is suspended.', {
  PENDING_TOS_ACCEPTANCE: 'The customer has not accepted the terms.',
  RENEWAL_WITH_TYPE_CANCEL: 'The commitment ended and was not to be renewed.',
  RESELLER_INITIATED: 'The reseller suspended it.',
  TRIAL_ENDED: 'The trial ended with no plan chosen.',
  OTHER: 'For a reason inside of the vendor, such as abuse.',
});

export const billingMethod = openEnum('BillingMethod', 'How the vendor bills a subscription.', {
  ONLINE: 'Online.',
  OFFLINE: 'Offline.',
});

const commitmentInterval = builder
  .objectRef<NonNullable<SubscriptionPlan['commitmentInterval']>>('CommitmentInterval')
  .implement({
    description: 'The year of an annual plan.',
    fields: (t) => ({
      startTime: t.expose('startTime', { type: 'DateTime', description: 'When it began.' }),
      endTime: t.expose('endTime', { type: 'DateTime', description: 'When it ends.' }),
    }),
  });

export const plan = builder.objectRef<SubscriptionPlan>('SubscriptionPlan').implement({
  description: 'How a subscription is paid.',
  fields: (t) => ({
    planName: t.field({
      type: planName.ref,
      description: 'Name of the plan, as it is ordered.',
      resolve: (parent) =>
        planName.of(parent.planName === 'ANNUAL' ? 'ANNUAL_MONTHLY_PAY' : parent.planName),
    }),
    planNameRaw: t.exposeString('planName', { description: "The vendor's own word." }),
    isCommitmentPlan: t.exposeBoolean('isCommitmentPlan', {
      description: 'Whether it binds for a year.',
    }),
    commitmentInterval: t.expose('commitmentInterval', {
      type: commitmentInterval,
      description: 'The year of an annual plan; absent when it is billed offline.',
    }),
  }),
});

export const seats = builder.objectRef<SubscriptionSeats>('SubscriptionSeats').implement({
  description: 'How many users a subscription is for.',
  fields: (t) => ({
    numberOfSeats: t.exposeInt('numberOfSeats', { description: 'Seats of an annual plan.' }),
    maximumNumberOfSeats: t.exposeInt('maximumNumberOfSeats', {
      description: 'The most seats of a flexible, trial or free plan.',
    }),
    licensedNumberOfSeats: t.exposeInt('licensedNumberOfSeats', {
      description: 'Users that have a licence now.',
    }),
  }),
});

export const trialSettings = builder.objectRef<TrialSettings>('TrialSettings').implement({
  description: 'A trial, present or past.',
  fields: (t) => ({
    isInTrial: t.exposeBoolean('isInTrial', {
      nullable: false,
      description: 'Whether the trial is running.',
    }),
    trialEndTime: t.expose('trialEndTime', { type: 'DateTime', description: 'When it ends.' }),
  }),
});

export const renewalSettings = builder
  .objectRef<{ readonly renewalType: string | null }>('RenewalSettings')
  .implement({
    description: 'What happens when an annual plan ends.',
    fields: (t) => ({
      renewalType: t.field({
        type: renewalType.ref,
        description: 'What happens.',
        resolve: (parent) => renewalType.of(parent.renewalType),
      }),
      renewalTypeRaw: t.exposeString('renewalType', { description: "The vendor's own word." }),
    }),
  });

export const transferInfo = builder.objectRef<TransferInfo>('TransferInfo').implement({
  description: 'What a transfer of this subscription needs.',
  fields: (t) => ({
    transferabilityExpirationTime: t.expose('transferabilityExpirationTime', {
      type: 'DateTime',
      description: 'Until when it can be transferred.',
    }),
    minimumTransferableSeats: t.exposeInt('minimumTransferableSeats', {
      description: 'The fewest seats it can be ordered with.',
    }),
    currentLegacySkuId: t.exposeString('currentLegacySkuId', {
      description: 'The SKU really held, when `skuId` shows the recommended one.',
    }),
  }),
});
