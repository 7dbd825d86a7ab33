import { GatewayError } from '../../domain/error.ts';
import type { SubscriptionInput, SubscriptionOrder } from '../../domain/order.ts';
import type { ResellerSubscription } from '../../domain/subscription.ts';
import { seatsFor } from '../../services/subscription-changes.ts';
import { builder } from '../builder.ts';
import { customerOfId } from '../customer/customer.ts';
import { errorInterface, errorValue } from '../errors.ts';
import { mutate, resultOf } from '../mutation.ts';
import { Validation } from '../validation.ts';
import { subscription } from './subscription.ts';
import {
  checkOrderReferences,
  checkSeats,
  planNameOf,
  rawDescription,
  renewalTypeOf,
  seatsDescription,
  subscriptionFieldNames,
} from './subscription-input.ts';
import { planName, renewalType } from './subscription-parts.ts';

const orderAction = builder.enumType('SubscriptionOrderAction', {
  description: 'What an order does. It is explicit, because the vendor may guess wrong.',
  values: {
    BUY: { description: 'A new subscription.' },
    SWITCH: { description: 'Another SKU of a product that the customer holds; ends the old one.' },
    TRANSFER: { description: 'Takes a subscription over from somebody else, by transfer token.' },
  } as const,
});

const orderSubscriptionInput = builder.inputType('OrderSubscriptionInput', {
  description: 'The subscription to order.',
  fields: (t) => ({
    customer: t.id({ required: true, description: 'Global id of the customer.' }),
    action: t.field({ type: orderAction, required: true, description: 'What the order does.' }),
    skuId: t.string({ required: true, description: 'What to subscribe to.' }),
    sourceSkuId: t.string({ description: 'The SKU to leave. SWITCH needs it.' }),
    customerAuthToken: t.string({ description: 'The transfer token. TRANSFER needs it.' }),
    planName: t.field({ type: planName.ref, description: 'How to pay.' }),
    planNameRaw: t.string({ description: rawDescription }),
    seats: t.int({ required: true, description: seatsDescription }),
    renewalType: t.field({
      type: renewalType.ref,
      description: 'What happens when the year ends. Give it with annual plans: defaults differ.',
    }),
    renewalTypeRaw: t.string({ description: rawDescription }),
    purchaseOrderId: t.string({ description: 'Your own reference; at most 80 characters.' }),
    dealCode: t.string({ description: 'Code of a discount; not with TRANSFER.' }),
  }),
});
type OrderInput = typeof orderSubscriptionInput.$inferInput;

builder.mutationField('orderSubscription', (t) =>
  t.field({
    type: subscription,
    description: 'Buys a subscription, switches one to another SKU, or takes one over.',
    errors: resultOf('OrderSubscription', 'subscription', 'The new subscription.'),
    args: {
      input: t.arg({ type: orderSubscriptionInput, required: true, description: 'The order.' }),
    },
    resolve: (_root, { input }, { services: { customers, subscriptionChanges } }) =>
      mutate(async () => {
        const validation = new Validation();
        checkAction(validation, input);
        const ordered = subscriptionInput(validation, input);
        validation.end();
        const customerId = await customers.requireReseller(customerOfId(input.customer));
        return subscriptionChanges.order({
          customerId,
          subscription: ordered,
          action: wireAction(input.action),
          sourceSkuId: input.sourceSkuId ?? undefined,
          customerAuthToken: input.customerAuthToken ?? undefined,
        });
      }, subscriptionFieldNames),
  }),
);

function checkAction(validation: Validation, input: OrderInput): void {
  const { action, sourceSkuId, customerAuthToken, dealCode } = input;
  if (action === 'SWITCH') validation.required('sourceSkuId', sourceSkuId);
  else validation.check('sourceSkuId', !sourceSkuId, 'belongs to SWITCH');
  if (action !== 'TRANSFER') return;
  validation.required('customerAuthToken', customerAuthToken);
  validation.check('dealCode', !dealCode, 'does not go with a transfer');
}

function wireAction(action: OrderInput['action']): SubscriptionOrder['action'] {
  if (action === 'BUY') return 'buy';
  return action === 'SWITCH' ? 'switch' : undefined;
}

type OrderedFields = Pick<
  OrderInput,
  | 'skuId'
  | 'planName'
  | 'planNameRaw'
  | 'seats'
  | 'renewalType'
  | 'renewalTypeRaw'
  | 'purchaseOrderId'
  | 'dealCode'
>;

function subscriptionInput(validation: Validation, input: OrderedFields): SubscriptionInput {
  const plan = planNameOf(validation, input);
  const renewal = renewalTypeOf(validation, input);
  validation.required('skuId', input.skuId);
  checkSeats(validation, input.seats, plan);
  checkOrderReferences(validation, input);
  return {
    skuId: input.skuId,
    planName: plan,
    seats: seatsFor(plan, input.seats),
    renewalType: renewal,
    purchaseOrderId: input.purchaseOrderId ?? undefined,
    dealCode: input.dealCode ?? undefined,
  };
}

const transferredSubscriptionInput = builder.inputType('TransferredSubscriptionInput', {
  description: 'One subscription to take over, in the SKU that it has now.',
  fields: (t) => ({
    skuId: t.string({ required: true, description: 'What is subscribed to.' }),
    planName: t.field({ type: planName.ref, description: 'How to pay.' }),
    planNameRaw: t.string({ description: rawDescription }),
    seats: t.int({
      required: true,
      description: `${seatsDescription} At least the minimum that its transfer info tells.`,
    }),
    renewalType: t.field({
      type: renewalType.ref,
      description: 'What happens when the year ends. Give it with annual plans.',
    }),
    renewalTypeRaw: t.string({ description: rawDescription }),
    purchaseOrderId: t.string({ description: 'Your own reference; at most 80 characters.' }),
  }),
});

const transferSubscriptionsInput = builder.inputType('TransferSubscriptionsInput', {
  description: 'What to take over from somebody else.',
  fields: (t) => ({
    customer: t.id({ required: true, description: 'Global id of the customer.' }),
    customerAuthToken: t.string({ required: true, description: "The customer's transfer token." }),
    subscriptions: t.field({
      type: [transferredSubscriptionInput],
      required: true,
      description: 'All that the customer has active: the vendor wants them together.',
    }),
  }),
});

interface SubscriptionTransfer {
  readonly skuId: string;
  readonly outcome: ResellerSubscription | GatewayError;
}

const subscriptionTransfer = builder
  .objectRef<SubscriptionTransfer>('SubscriptionTransfer')
  .implement({
    description: 'What came of one of several transfers.',
    fields: (t) => ({
      skuId: t.exposeString('skuId', {
        nullable: false,
        description: 'What was to be taken over.',
      }),
      subscription: t.field({
        type: subscription,
        description: 'The subscription, when it was taken over.',
        resolve: ({ outcome }) => (outcome instanceof GatewayError ? null : outcome),
      }),
      error: t.field({
        type: errorInterface,
        description: 'Why it was not.',
        resolve: ({ outcome }) => (outcome instanceof GatewayError ? errorValue(outcome) : null),
      }),
    }),
  });

builder.mutationField('transferSubscriptions', (t) =>
  t.field({
    type: [subscriptionTransfer],
    description: 'Takes several subscriptions over at once. Each has an outcome of its own.',
    errors: resultOf('TransferSubscriptions', 'transfers', 'One outcome per subscription.'),
    args: {
      input: t.arg({ type: transferSubscriptionsInput, required: true, description: 'What.' }),
    },
    resolve: (_root, { input }, { services: { customers, subscriptionChanges } }) =>
      mutate(async () => {
        const validation = new Validation();
        validation.required('customerAuthToken', input.customerAuthToken);
        validation.check('subscriptions', input.subscriptions.length > 0, 'are needed');
        const ordered = input.subscriptions.map((item, i) =>
          subscriptionInput(validation.at(`subscriptions.${i}`), item),
        );
        validation.end();
        const customerId = await customers.requireReseller(customerOfId(input.customer));
        const { customerAuthToken } = input;
        const outcomes = await subscriptionChanges.transfer(
          ordered.map((item) => ({ customerId, customerAuthToken, subscription: item })),
        );
        return ordered.flatMap(({ skuId }, i) => {
          const outcome = outcomes[i];
          return outcome ? [{ skuId, outcome }] : [];
        });
      }, subscriptionFieldNames),
  }),
);
