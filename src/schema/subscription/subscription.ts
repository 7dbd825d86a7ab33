import { badInput } from '../../domain/error.ts';
import {
  MAX_SUBSCRIPTIONS_PAGE,
  type ResellerSubscription,
  type SubscriptionFilter,
} from '../../domain/subscription.ts';
import type { SubscriptionTarget } from '../../services/subscription-changes.ts';
import type { SubscriptionService } from '../../services/subscriptions.ts';
import { builder } from '../builder.ts';
import { customer, customerOfId } from '../customer/customer.ts';
import { UNRECOGNIZED } from '../open-enum.ts';
import { connectionArgs, connectionOf } from '../relay/connection.ts';
import { decodeGlobalIdOf, encodeGlobalId } from '../relay/global-id.ts';
import { nodeInterface, registerNode } from '../relay/node.ts';
import { type Connection, type ConnectionArgs, paginate } from '../relay/pagination.ts';
import {
  billingMethod,
  plan,
  renewalSettings,
  seats,
  subscriptionStatus,
  suspensionReason,
  transferInfo,
  trialSettings,
} from './subscription-parts.ts';

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
