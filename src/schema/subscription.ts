import { badInput } from '../domain/error.ts';
import {
  MAX_SUBSCRIPTIONS_PAGE,
  type ResellerSubscription,
  type SubscriptionFilter,
  type SubscriptionPlan,
  type SubscriptionSeats,
  type TransferInfo,
  type TrialSettings,
} from '../domain/subscription.ts';
import type { SubscriptionTarget } from '../services/subscription-changes.ts';
import type { SubscriptionService } from '../services/subscriptions.ts';
import { builder } from './builder.ts';
import { connectionArgs, connectionOf } from './connection.ts';
import { customer, customerOfId } from './customer.ts';
import { decodeGlobalIdOf, encodeGlobalId } from './global-id.ts';
import { nodeInterface, registerNode } from './node.ts';
import { openEnum, UNRECOGNIZED } from './open-enum.ts';
import { type Connection, type ConnectionArgs, paginate } from './pagination.ts';

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

const subscriptionStatus = openEnum('SubscriptionStatus', 'Whether a subscription serves.', {
  ACTIVE: 'It serves.',
  SUSPENDED: 'It is suspended: see the reasons.',
  CANCELLED: 'It is over.',
  PENDING: 'It is being made.',
  BILLING_ACTIVATION_PENDING: 'Billing has not been activated yet.',
});

const suspensionReason = openEnum('SuspensionReason', 'Why a subscription is suspended.', {
  PENDING_TOS_ACCEPTANCE: 'The customer has not accepted the terms.',
  RENEWAL_WITH_TYPE_CANCEL: 'The commitment ended and was not to be renewed.',
  RESELLER_INITIATED: 'The reseller suspended it.',
  TRIAL_ENDED: 'The trial ended with no plan chosen.',
  OTHER: 'For a reason inside of the vendor, such as abuse.',
});

const billingMethod = openEnum('BillingMethod', 'How the vendor bills a subscription.', {
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

const plan = builder.objectRef<SubscriptionPlan>('SubscriptionPlan').implement({
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

const seats = builder.objectRef<SubscriptionSeats>('SubscriptionSeats').implement({
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

const trialSettings = builder.objectRef<TrialSettings>('TrialSettings').implement({
  description: 'A trial, present or past.',
  fields: (t) => ({
    isInTrial: t.exposeBoolean('isInTrial', {
      nullable: false,
      description: 'Whether the trial is running.',
    }),
    trialEndTime: t.expose('trialEndTime', { type: 'DateTime', description: 'When it ends.' }),
  }),
});

const renewalSettings = builder
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

const transferInfo = builder.objectRef<TransferInfo>('TransferInfo').implement({
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

export const subscription = builder.objectRef<ResellerSubscription>('ResellerSubscription');

subscription.implement({
  description: 'A subscription of a customer to a product of the reseller API.',
  interfaces: [nodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'Global id. It stays when `subscriptionId` changes.',
      resolve: ({ customerId, skuId }) => encodeGlobalId('ResellerSubscription', customerId, skuId),
    }),
    customer: t.field({
      type: customer,
      nullable: false,
      description: 'Whose subscription it is.',
      resolve: ({ customerId }) => ({ billing: null, resellerCustomerId: customerId }),
    }),
    subscriptionId: t.exposeString('subscriptionId', {
      nullable: false,
      description: "The vendor's id: unique per customer, and it changes with updates.",
    }),
    customerId: t.exposeString('customerId', {
      nullable: false,
      description: "The reseller API's id of the customer.",
    }),
    customerDomain: t.exposeString('customerDomain', { description: "The customer's domain." }),
    skuId: t.exposeString('skuId', { nullable: false, description: 'What is subscribed to.' }),
    skuName: t.exposeString('skuName', { description: 'Its name; it may change any day.' }),
    billingMethod: t.field({
      type: billingMethod.ref,
      description: 'How the vendor bills it.',
      resolve: (parent) => billingMethod.of(parent.billingMethod),
    }),
    billingMethodRaw: t.exposeString('billingMethod', { description: "The vendor's own word." }),
    creationTime: t.expose('creationTime', { type: 'DateTime', description: 'When it was made.' }),
    plan: t.expose('plan', { type: plan, description: 'How it is paid.' }),
    seats: t.expose('seats', { type: seats, description: 'For how many users.' }),
    trialSettings: t.expose('trialSettings', {
      type: trialSettings,
      description: 'Its trial; null when it never was one.',
    }),
    renewalSettings: t.expose('renewalSettings', {
      type: renewalSettings,
      description: 'What happens when an annual plan ends.',
    }),
    transferInfo: t.expose('transferInfo', {
      type: transferInfo,
      description: 'What a transfer needs.',
    }),
    purchaseOrderId: t.exposeString('purchaseOrderId', {
      description: "The reseller's own reference; it stands on the invoice.",
    }),
    dealCode: t.exposeString('dealCode', { description: 'Code of a discount.' }),
    status: t.field({
      type: subscriptionStatus.ref,
      nullable: false,
      description: 'Whether it serves; UNRECOGNIZED also when the vendor does not say.',
      resolve: (parent) => subscriptionStatus.of(parent.status) ?? UNRECOGNIZED,
    }),
    statusRaw: t.exposeString('status', { description: "The vendor's own word." }),
    suspensionReasons: t.field({
      type: [suspensionReason.ref],
      nullable: false,
      description: 'Why it is suspended: until all of them are gone.',
      resolve: (parent) =>
        parent.suspensionReasons.map((raw) => suspensionReason.of(raw) ?? UNRECOGNIZED),
    }),
    suspensionReasonsRaw: t.exposeStringList('suspensionReasons', {
      nullable: false,
      description: "The vendor's own words.",
    }),
    resourceUiUrl: t.exposeString('resourceUiUrl', {
      description: 'Its page in the Admin console.',
    }),
    kind: t.exposeString('kind', { description: "The vendor's name of the resource type." }),
  }),
});

/** What a subscription's global id names; nothing is looked up. */
export function subscriptionTarget(id: string): SubscriptionTarget {
  return targetOfParts(decodeGlobalIdOf('ResellerSubscription', id));
}

function targetOfParts([customerId, skuId, ...more]: readonly string[]): SubscriptionTarget {
  if (customerId && skuId && more.length === 0) return { customerId, skuId };
  throw badInput('This is not an id of a subscription.');
}

registerNode('ResellerSubscription', {
  load: async (parts, { services }) => {
    const { customerId, skuId } = targetOfParts(parts);
    return services.subscriptions.bySku(customerId, skuId);
  },
  is: (value) => 'subscriptionId' in value,
});

const subscriptionConnection = connectionOf(subscription);

function paginateSubscriptions(
  args: ConnectionArgs,
  filter: SubscriptionFilter,
  subscriptions: SubscriptionService,
): Promise<Connection<ResellerSubscription>> {
  const { customerId, customerNamePrefix, customerAuthToken } = filter;
  return paginate(args, {
    identity: ['subscriptions', customerId, customerNamePrefix, customerAuthToken],
    maxPageSize: MAX_SUBSCRIPTIONS_PAGE,
    fetch: (page) => subscriptions.page(filter, page),
  });
}

builder.objectField(customer, 'subscriptions', (t) =>
  t.field({
    type: subscriptionConnection,
    description:
      "The customer's subscriptions. Null without an error: the reseller API does not know it.",
    args: { ...connectionArgs },
    resolve: async (parent, args, { services: { customers, subscriptions } }) => {
      const customerId = await customers.resellerCustomerId(parent);
      if (customerId === null) return null;
      return paginateSubscriptions(args, { customerId }, subscriptions);
    },
  }),
);

const subscriptionKey = builder.inputType('SubscriptionKey', {
  description: 'Where a subscription is at this moment.',
  fields: (t) => ({
    customerId: t.string({ required: true, description: "The customer's id or primary domain." }),
    subscriptionId: t.string({ required: true, description: 'The id it has now.' }),
  }),
});

const subscriptionBy = builder.inputType('SubscriptionBy', {
  description: 'How to find a subscription: exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id.' }),
    key: t.field({ type: subscriptionKey, description: "The vendor's ids." }),
  }),
});

builder.queryField('subscription', (t) =>
  t.field({
    type: subscription,
    description: 'One subscription; null when there is none.',
    args: { by: t.arg({ type: subscriptionBy, required: true, description: 'How to find it.' }) },
    resolve: (_root, { by }, { services: { subscriptions } }) => {
      if (by.id == null) {
        const { customerId = '', subscriptionId = '' } = by.key ?? {};
        return subscriptions.bySubscriptionId(customerId, subscriptionId);
      }
      const { customerId, skuId } = subscriptionTarget(by.id);
      return subscriptions.bySku(customerId, skuId);
    },
  }),
);

builder.queryField('subscriptions', (t) =>
  t.field({
    type: subscriptionConnection,
    description: 'Subscriptions of all customers, or of those that the filter names.',
    args: {
      customer: t.arg.id({ description: 'Global id of a customer.' }),
      customerNamePrefix: t.arg.string({ description: "How the customer's domain begins." }),
      customerAuthToken: t.arg.string({
        description: 'Transfer token: lists what a customer of somebody else could transfer.',
      }),
      ...connectionArgs,
    },
    resolve: async (_root, args, { services: { customers, subscriptions } }) => {
      const customerId =
        args.customer == null
          ? undefined
          : await customers.resellerCustomerId(customerOfId(args.customer));
      // Billing knows the customer and nobody linked it: it has no subscriptions to list.
      if (customerId === null) return null;
      const filter: SubscriptionFilter = {
        customerId,
        // Every name begins with nothing; upstream an empty filter is not defined.
        customerNamePrefix: args.customerNamePrefix || undefined,
        customerAuthToken: args.customerAuthToken ?? undefined,
      };
      return paginateSubscriptions(args, filter, subscriptions);
    },
  }),
);
