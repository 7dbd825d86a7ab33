import { badInput } from '../../domain/error.ts';
import type { PortfolioSubscription } from '../../domain/portfolio.ts';
import { customer } from '../customer/customer.ts';
import { expose } from '../fields.ts';
import { nodeType } from '../relay/node.ts';
import { subscription } from '../subscription/subscription.ts';
import {
  planName,
  renewalType,
  subscriptionStatus,
  suspensionReason,
} from '../subscription/subscription-parts.ts';

export const portfolioSubscription = nodeType<PortfolioSubscription>('PortfolioSubscription', {
  description:
    'A subscription as the gateway last observed it. Every field is as old as `observedAt`; read `subscription` for the current state.',
  id: 'Global id of the row; it stays the same while the subscription changes.',
  key: ({ customerId, skuId }) => [customerId, skuId],
  async load([customerId, skuId, ...more], { services }) {
    if (!customerId || !skuId || more.length > 0) {
      throw badInput(
        'id is not a valid PortfolioSubscription id. Use an id that this API returned.',
      );
    }
    return services.portfolio.subscription(customerId, skuId);
  },
  fields: (t) => ({
    subscription: t.field({
      type: subscription,
      description:
        'The subscription as it is now, read with one call of the reseller API; null when it no longer exists.',
      resolve: ({ customerId, skuId }, _args, { services }) =>
        services.subscriptions.find({ customerId, skuId, subscriptionId: null }),
    }),
    customer: t.field({
      type: customer,
      nullable: false,
      description: 'The customer that holds the subscription.',
      resolve: ({ customerId }) => ({ billing: null, resellerCustomerId: customerId }),
    }),
    ...expose(t, {
      'DateTime!': { observedAt: 'When the gateway last read the subscription.' },
      'Boolean!': { gone: 'Whether the reseller API no longer has the subscription.' },
      'String!': { skuId: 'SKU id, such as `1010020028`.' },
      String: {
        customerDomain: 'Primary domain of the customer.',
        organizationName:
          'Name of the organization; null until the details of the customer are read.',
        skuName: 'Display name of the SKU.',
        productId:
          'Id of the product that the SKU belongs to; null when the catalog lacks the SKU.',
      },
      DateTime: {
        renewsAt: 'When the annual commitment ends; null for other plans.',
        trialEndsAt: 'When the current trial ends; null when the subscription is not in trial.',
        createdAt: 'When the subscription was created; null when the reseller API omits it.',
      },
      Int: {
        seats: 'Purchased seats of an annual plan, maximum seats of any other.',
        licensedSeats: 'Users that have a license.',
        freeSeats: 'Seats without a user; null when either number is missing.',
      },
    }),
    ...subscriptionStatus.requiredFields(
      t,
      'status',
      'State of the subscription; UNRECOGNIZED also when the reseller API omits it.',
      ({ status }) => status,
    ),
    ...suspensionReason.listFields(
      t,
      'suspensionReasons',
      'Reasons for the suspension; empty when the subscription is not suspended.',
      ({ suspensionReasons }) => suspensionReasons,
    ),
    ...planName.fields(
      t,
      'planName',
      'Payment plan, under the name by which it is ordered; null when the reseller API omits it.',
      (parent) => parent.planName,
    ),
    ...renewalType.fields(
      t,
      'renewalType',
      'How the subscription renews; null when the reseller API omits it.',
      (parent) => parent.renewalType,
    ),
  }),
});
