import type { InputShapeFromFields } from '@pothos/core';
import { GatewayError } from '../../domain/error.ts';
import type { SubscriptionInput, SubscriptionOrder } from '../../domain/order.ts';
import type { ResellerSubscription } from '../../domain/subscription.ts';
import { seatsFor } from '../../services/subscription-changes.ts';
import { builder, type InputFields } from '../builder.ts';
import { customerOfId } from '../customer/customer.ts';
import { errorInterface, errorValue } from '../errors.ts';
import { enumType } from '../fields.ts';
import { writeMutation } from '../mutation.ts';
import { Validation } from '../validation.ts';
import { subscription } from './subscription.ts';
import {
  checkOrderReferences,
  checkSeats,
  dealCodeField,
  subscriptionFieldNames as fieldNames,
  planFields,
  planNameOf,
  purchaseOrderIdField,
  renewalFields,
  renewalTypeOf,
  seatsField,
} from './subscription-input.ts';

const orderAction = enumType(
  'SubscriptionOrderAction',
  'The kind of order. It is explicit because a wrong guess of the reseller API can end a subscription.',
  {
    BUY: 'Buys a new subscription.',
    SWITCH: 'Moves an existing subscription to another SKU and ends the old one.',
    TRANSFER: 'Transfers a subscription from another reseller or from Google.',
  },
);

function itemInput(t: InputFields, seatsNote?: string) {
  return {
    skuId: t.string({ required: true, description: 'SKU id, such as `1010020028`.' }),
    ...planFields(t),
    ...seatsField(t, seatsNote),
    ...renewalFields(
      t,
      'What happens at the end of an annual commitment. Set it for annual plans: the default depends on the SKU.',
    ),
    ...purchaseOrderIdField(t),
  };
}

function orderInput(t: InputFields) {
  return {
    customer: t.id({ required: true, description: 'Global id of the customer.' }),
    action: t.field({ type: orderAction, required: true, description: 'The kind of order.' }),
    sourceSkuId: t.string({
      description: 'SKU id of the subscription to replace; required for SWITCH, otherwise invalid.',
    }),
    customerAuthToken: t.string({
      description: "The customer's transfer token; required for TRANSFER.",
    }),
    ...itemInput(t),
    ...dealCodeField(t, ' Invalid for TRANSFER.'),
  };
}
type OrderInput = InputShapeFromFields<ReturnType<typeof orderInput>>;

writeMutation('orderSubscription', {
  description:
    'Buys a subscription, switches a subscription to another SKU, or transfers one to this reseller.',
  inputDescription: 'The subscription to order.',
  input: orderInput,
  success: 'The subscription was ordered.',
  returns: { field: 'subscription', type: subscription, description: 'The new subscription.' },
  fieldNames,
  async run(input, { customers, subscriptionChanges }, key) {
    const validation = new Validation();
    checkAction(validation, input);
    const item = subscriptionInput(validation, input);
    validation.throwIfInvalid();
    const customerId = await customers.requireReseller(customerOfId(input.customer));
    const order = {
      customerId,
      subscription: item,
      action: wireAction(input.action),
      sourceSkuId: input.sourceSkuId ?? undefined,
      customerAuthToken: input.customerAuthToken ?? undefined,
    };
    return subscriptionChanges.order(order, key);
  },
});

function checkAction(validation: Validation, input: OrderInput): void {
  const { action, sourceSkuId, customerAuthToken, dealCode } = input;
  if (action === 'SWITCH') validation.required('sourceSkuId', sourceSkuId);
  else validation.check('sourceSkuId', !sourceSkuId, 'is only valid with the action SWITCH');
  if (action !== 'TRANSFER') return;
  validation.required('customerAuthToken', customerAuthToken);
  validation.check('dealCode', !dealCode, 'is not valid with the action TRANSFER');
}

function wireAction(action: OrderInput['action']): SubscriptionOrder['action'] {
  if (action === 'BUY') return 'buy';
  return action === 'SWITCH' ? 'switch' : undefined;
}

type OrderedItem = InputShapeFromFields<ReturnType<typeof itemInput>> &
  Pick<OrderInput, 'dealCode'>;

function subscriptionInput(validation: Validation, input: OrderedItem): SubscriptionInput {
  const planName = planNameOf(validation, input);
  const renewalType = renewalTypeOf(validation, input);
  validation.required('skuId', input.skuId);
  checkSeats(validation, input.seats);
  checkOrderReferences(validation, input);
  return {
    skuId: input.skuId,
    planName,
    seats: seatsFor(planName, input.seats),
    renewalType,
    purchaseOrderId: input.purchaseOrderId ?? undefined,
    dealCode: input.dealCode ?? undefined,
  };
}

const transferredSubscriptionInput = builder.inputType('TransferredSubscriptionInput', {
  description: 'One subscription to transfer. Its SKU cannot be changed in the same step.',
  fields: (t) => itemInput(t, ' Not below `transferInfo.minimumTransferableSeats`.'),
});

interface SubscriptionTransfer {
  readonly skuId: string;
  readonly outcome: ResellerSubscription | GatewayError;
}

const subscriptionTransfer = builder
  .objectRef<SubscriptionTransfer>('SubscriptionTransfer')
  .implement({
    description: 'The result of transferring one subscription: `subscription` or `error` is set.',
    fields: (t) => ({
      skuId: t.exposeString('skuId', { nullable: false, description: 'SKU id from the input.' }),
      subscription: t.field({
        type: subscription,
        description: 'The transferred subscription; null when the transfer failed.',
        resolve: ({ outcome }) => (outcome instanceof GatewayError ? null : outcome),
      }),
      error: t.field({
        type: errorInterface,
        description: 'Why the transfer failed; null when it succeeded.',
        resolve: ({ outcome }, _args, context) => {
          if (!(outcome instanceof GatewayError)) return null;
          const value = errorValue(outcome);
          context.report(outcome, 'transferSubscriptions');
          return value;
        },
      }),
    }),
  });

writeMutation('transferSubscriptions', {
  description:
    'Transfers all active subscriptions of a customer to this reseller in one batch. Each transfer succeeds or fails on its own.',
  inputDescription: 'The subscriptions to transfer.',
  input: (t) => ({
    customer: t.id({ required: true, description: 'Global id of the customer.' }),
    customerAuthToken: t.string({
      required: true,
      description: "The customer's transfer token, which expires after 30 days.",
    }),
    subscriptions: t.field({
      type: [transferredSubscriptionInput],
      required: true,
      description:
        'At least one; the reseller API requires all active subscriptions of the customer together.',
    }),
  }),
  success: 'The batch was sent. Check each transfer for an error.',
  returns: {
    field: 'transfers',
    type: [subscriptionTransfer],
    description: 'One result per subscription, in the order of the input.',
  },
  fieldNames,
  async run(input, { customers, subscriptionChanges }, key, toInputPaths) {
    const { customerAuthToken, subscriptions } = input;
    const validation = new Validation();
    validation.required('customerAuthToken', customerAuthToken);
    validation.check('subscriptions', subscriptions.length > 0, 'must not be empty');
    const items = subscriptions.map((item, i) =>
      subscriptionInput(validation.at(`subscriptions.${i}`), item),
    );
    validation.throwIfInvalid();
    const customerId = await customers.requireReseller(customerOfId(input.customer));
    const answer = await subscriptionChanges.transfer(
      items.map((item) => ({ customerId, customerAuthToken, subscription: item })),
      key,
    );
    const value = items.flatMap(({ skuId }, i) => {
      const outcome = answer.value[i];
      if (!outcome) return [];
      return [
        { skuId, outcome: outcome instanceof GatewayError ? toInputPaths(outcome) : outcome },
      ];
    });
    return { ...answer, value };
  },
});
