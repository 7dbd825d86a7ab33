import {
  MAX_SUBSCRIPTIONS_PAGE,
  type ResellerSubscription,
  type SubscriptionFilter,
} from '../../domain/subscription.ts';
import type { SubscriptionTarget } from '../../domain/subscription-target.ts';
import type { SubscriptionService } from '../../services/subscriptions.ts';
import { builder } from '../builder.ts';
import { customer, resellerFilter } from '../customer/customer.ts';
import { expose } from '../fields.ts';
import { connectionArgs, connectionOf } from '../relay/connection.ts';
import { encodeGlobalId, givenIdOf, invalidId } from '../relay/global-id.ts';
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
  description: 'A subscription of a customer to a SKU in the reseller API.',
  interfaces: [nodeInterface],
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description:
        'Global id. Unlike `subscriptionId`, it does not change with updates, unless the customer has several subscriptions to the SKU: all but the newest one that has not ended are addressed by their current `subscriptionId`.',
      async resolve(parent, _args, { services: { subscriptions } }) {
        const { customerId, skuId, subscriptionId } = await subscriptions.targetOf(parent);
        const parts = subscriptionId === null ? [] : [subscriptionId];
        return encodeGlobalId('ResellerSubscription', customerId, skuId, ...parts);
      },
    }),
    customer: t.field({
      type: customer,
      nullable: false,
      description: 'The customer that holds the subscription.',
      resolve: ({ customerId }) => ({ billing: null, resellerCustomerId: customerId }),
    }),
    ...expose(t, {
      'String!': {
        subscriptionId:
          "The reseller API's id, unique within the customer. Updates may change it; use `id` as a key.",
        customerId: "The reseller API's id of the customer.",
        skuId: 'SKU id, such as `1010020028`.',
      },
      String: {
        customerDomain: 'Primary domain of the customer.',
        skuName: 'Display name of the SKU; Google may change it at any time.',
        purchaseOrderId: "The reseller's own reference, printed on the invoice.",
        dealCode: "Google's code for a discounted price.",
        resourceUiUrl: "URL of the subscription's page in the Google Admin console.",
        kind: 'Resource type of the reseller API, such as `reseller#subscription`.',
      },
      DateTime: {
        creationTime: 'When the subscription was created; null when the reseller API omits it.',
      },
    }),
    ...billingMethod.fields(
      t,
      'billingMethod',
      'How Google bills the subscription; null when the reseller API omits it.',
      (parent) => parent.billingMethod,
    ),
    plan: t.expose('plan', {
      type: plan,
      description: 'Payment plan and commitment; null when the reseller API omits it.',
    }),
    seats: t.expose('seats', {
      type: seats,
      description: 'Number of seats; null when the reseller API omits it.',
    }),
    trialSettings: t.expose('trialSettings', {
      type: trialSettings,
      description: 'Current or past trial; null when there was no trial.',
    }),
    renewalSettings: t.expose('renewalSettings', {
      type: renewalSettings,
      description:
        'What happens at the end of an annual commitment; null when the reseller API omits it.',
    }),
    transferInfo: t.expose('transferInfo', {
      type: transferInfo,
      description:
        'Transfer requirements, in lists read with a transfer token; null when there are none.',
    }),
    ...subscriptionStatus.requiredFields(
      t,
      'status',
      'State of the subscription; UNRECOGNIZED also when the reseller API omits it.',
      (parent) => parent.status,
    ),
    ...suspensionReason.listFields(
      t,
      'suspensionReasons',
      'Reasons for the suspension; it ends when all of them are resolved.',
      (parent) => parent.suspensionReasons,
    ),
  }),
});

/**
 * Decodes a subscription's global id without looking the subscription up.
 * @throws GatewayError BAD_USER_INPUT when it is not a subscription's id
 */
export function subscriptionTarget(id: string): SubscriptionTarget {
  return targetOfParts(givenIdOf('ResellerSubscription', id));
}

function targetOfParts(parts: readonly string[]): SubscriptionTarget {
  const [customerId, skuId, subscriptionId = null, ...more] = parts;
  if (customerId && skuId && subscriptionId !== '' && more.length === 0) {
    return { customerId, skuId, subscriptionId };
  }
  throw invalidId('ResellerSubscription');
}

registerNode('ResellerSubscription', async (parts, { services }) =>
  services.subscriptions.find(targetOfParts(parts)),
);

const subscriptionConnection = connectionOf(subscription);

/** Null when another reseller or Google manages the filtered customer. */
async function paginateSubscriptions(
  args: ConnectionArgs,
  filter: SubscriptionFilter,
  subscriptions: SubscriptionService,
): Promise<Connection<ResellerSubscription> | null> {
  const { customerId, customerNamePrefix, customerAuthToken } = filter;
  let isReadable = true;
  const connection = await paginate(args, {
    identity: ['subscriptions', customerId, customerNamePrefix, customerAuthToken],
    maxPageSize: MAX_SUBSCRIPTIONS_PAGE,
    async fetch(page) {
      const read = await subscriptions.page(filter, page);
      isReadable = read !== null;
      return read ?? { items: [], nextToken: null };
    },
  });
  return isReadable ? connection : null;
}

builder.objectField(customer, 'subscriptions', (t) =>
  t.field({
    type: subscriptionConnection,
    description:
      "The customer's subscriptions; null when the customer is not in the reseller API, or when another reseller or Google manages it.",
    args: { ...connectionArgs },
    resolve: async (parent, args, { services: { customers, subscriptions } }) => {
      const customerId = await customers.resellerCustomerId(parent);
      if (customerId === null) return null;
      return paginateSubscriptions(args, { customerId }, subscriptions);
    },
  }),
);

const subscriptionKey = builder.inputType('SubscriptionKey', {
  description: 'Identifies a subscription by its current id in the reseller API.',
  fields: (t) => ({
    customerId: t.string({
      required: true,
      description: "The reseller API's id of the customer, or its primary domain.",
    }),
    subscriptionId: t.string({ required: true, description: 'Current id of the subscription.' }),
  }),
});

const subscriptionBy = builder.inputType('SubscriptionBy', {
  description: 'Identifies a subscription. Set exactly one field.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: 'Global id of the subscription.' }),
    key: t.field({ type: subscriptionKey, description: "The reseller API's current ids." }),
  }),
});

builder.queryField('subscription', (t) =>
  t.field({
    type: subscription,
    description: 'Returns one subscription; null when it does not exist.',
    args: {
      by: t.arg({
        type: subscriptionBy,
        required: true,
        description: 'The subscription to return.',
      }),
    },
    resolve: (_root, { by }, { services: { subscriptions } }) => {
      if (by.id == null) {
        const { customerId = '', subscriptionId = '' } = by.key ?? {};
        return subscriptions.bySubscriptionId(customerId, subscriptionId);
      }
      return subscriptions.find(subscriptionTarget(by.id));
    },
  }),
);

builder.queryField('subscriptions', (t) =>
  t.field({
    type: subscriptionConnection,
    description:
      'Lists the subscriptions of all customers, narrowed by the given filters. Null when the filtered customer is not in the reseller API, or when another reseller or Google manages it and `customerAuthToken` is not set.',
    args: {
      customer: t.arg.id({ description: 'Global id of the customer to filter by.' }),
      customerNamePrefix: t.arg.string({
        description: "Prefix of the customer's domain to filter by, such as `exam`.",
      }),
      customerAuthToken: t.arg.string({
        description:
          "A customer's transfer token. With `customer`, lists the subscriptions that can be transferred to this reseller.",
      }),
      ...connectionArgs,
    },
    resolve: async (_root, args, { services: { customers, subscriptions } }) => {
      const customerId = await resellerFilter(args.customer, customers);
      if (customerId === null) return null;
      const filter: SubscriptionFilter = {
        customerId,
        // An empty prefix matches every customer, but the reseller API does not define it.
        customerNamePrefix: args.customerNamePrefix || undefined,
        customerAuthToken: args.customerAuthToken ?? undefined,
      };
      return paginateSubscriptions(args, filter, subscriptions);
    },
  }),
);
