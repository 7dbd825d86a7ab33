import type { InputShapeFromFields } from '@pothos/core';
import type { Customer } from '../../domain/customer.ts';
import type { DeletionType } from '../../domain/order.ts';
import type { WriteAnswer } from '../../domain/write.ts';
import type { Services } from '../../services/services.ts';
import { seatsFor } from '../../services/subscription-changes.ts';
import type { InputFields } from '../builder.ts';
import { customer } from '../customer/customer.ts';
import type { FieldNames, NamedField } from '../input-paths.ts';
import { writeMutation } from '../mutation.ts';
import { Validation } from '../validation.ts';
import { subscription, subscriptionTarget } from './subscription.ts';
import {
  checkOrderReferences,
  checkSeats,
  dealCodeField,
  changeFieldNames as fieldNames,
  planFields,
  planNameOf,
  purchaseOrderIdField,
  renewalFields,
  renewalTypeOf,
  seatsField,
} from './subscription-input.ts';

function subscriptionInput(t: InputFields) {
  return {
    subscription: t.id({ required: true, description: 'Global id of the subscription.' }),
  };
}

const changedSubscription = {
  field: 'subscription',
  type: subscription,
  description:
    'The changed subscription. Its `id` stays the same; its `subscriptionId` may be new.',
};

writeMutation('activateSubscription', {
  description: 'Lifts a suspension by the reseller, within 60 days of the suspension.',
  inputDescription: 'The subscription to reactivate.',
  input: subscriptionInput,
  success: 'The suspension by the reseller is lifted. Other suspension reasons may remain.',
  returns: changedSubscription,
  fieldNames,
  run: async (input, { subscriptionChanges }, key) =>
    subscriptionChanges.activate(subscriptionTarget(input.subscription), key),
});

writeMutation('suspendSubscription', {
  description:
    'Suspends a paid, active subscription for up to 60 days, after which Google may cancel it.',
  inputDescription: 'The subscription to suspend.',
  input: subscriptionInput,
  success: 'The subscription is suspended.',
  returns: changedSubscription,
  fieldNames,
  run: async (input, { subscriptionChanges }, key) =>
    subscriptionChanges.suspend(subscriptionTarget(input.subscription), key),
});

writeMutation('startPaidService', {
  description:
    'Ends a trial and starts paid service. Assign a paid plan with changeSubscriptionPlan first.',
  inputDescription: 'The subscription whose trial to end.',
  input: subscriptionInput,
  success: 'The trial has ended and paid service has started.',
  returns: changedSubscription,
  fieldNames,
  run: async (input, { subscriptionChanges }, key) =>
    subscriptionChanges.startPaidService(subscriptionTarget(input.subscription), key),
});

writeMutation('changeSubscriptionPlan', {
  description:
    'Changes a flexible plan to an annual one, or assigns the plan that follows a trial. An annual plan cannot be changed.',
  inputDescription: 'The subscription and its new plan.',
  input: (t) => ({
    ...subscriptionInput(t),
    ...planFields(t),
    seats: t.int({
      description:
        'Total number of seats, at least 1; not a difference. The number of seats stays the same when omitted.',
    }),
    ...dealCodeField(t),
    ...purchaseOrderIdField(t),
  }),
  success: 'The plan is changed, or assigned to follow the trial.',
  returns: changedSubscription,
  fieldNames,
  async run(input, { subscriptionChanges }, key) {
    const validation = new Validation();
    const planName = planNameOf(validation, input);
    if (input.seats != null) checkSeats(validation, input.seats);
    checkOrderReferences(validation, input);
    validation.throwIfInvalid();
    const target = subscriptionTarget(input.subscription);
    const plan = {
      planName,
      seats: input.seats == null ? {} : seatsFor(planName, input.seats),
      dealCode: input.dealCode ?? undefined,
      purchaseOrderId: input.purchaseOrderId ?? undefined,
    };
    return subscriptionChanges.changePlan(target, plan, key);
  },
});

writeMutation('changeSubscriptionSeats', {
  description:
    'Changes the number of seats. An annual plan can only grow before its renewal; a flexible plan cannot go below its licensed users.',
  inputDescription: 'The subscription and its new number of seats.',
  input: (t) => ({ ...subscriptionInput(t), ...seatsField(t) }),
  success: 'The number of seats is changed.',
  returns: changedSubscription,
  fieldNames,
  async run(input, { subscriptionChanges }, key) {
    const validation = new Validation();
    checkSeats(validation, input.seats);
    validation.throwIfInvalid();
    const target = subscriptionTarget(input.subscription);
    return subscriptionChanges.changeSeats(target, input.seats, key);
  },
});

writeMutation('changeSubscriptionRenewalSettings', {
  description:
    'Changes what happens at the end of an annual commitment. Fails for plans without a commitment.',
  inputDescription: 'The subscription and its new renewal settings.',
  input: (t) => ({
    ...subscriptionInput(t),
    ...renewalFields(
      t,
      'What happens at the end of the commitment. Set either this or `renewalTypeRaw`.',
    ),
  }),
  success: 'The renewal settings are changed.',
  returns: changedSubscription,
  fieldNames,
  async run(input, { subscriptionChanges }, key) {
    const validation = new Validation();
    const renewal = renewalTypeOf(validation, input) ?? null;
    validation.check('renewalType', renewal !== null, 'is required');
    validation.throwIfInvalid();
    const target = subscriptionTarget(input.subscription);
    return subscriptionChanges.changeRenewalSettings(target, renewal ?? '', key);
  },
});

function deletionInput(t: InputFields) {
  return {
    ...subscriptionInput(t),
    alongWith: t.idList({
      description:
        'Global ids of further subscriptions of the same customer, to end in the same transaction.',
    }),
  };
}

const remainingCustomer = {
  field: 'customer',
  type: customer,
  description: 'The customer, without the ended subscriptions.',
};

type DeletionInput = InputShapeFromFields<ReturnType<typeof deletionInput>>;

/** The ids that end together, each once. */
function endingIds({ subscription: id, alongWith }: DeletionInput): string[] {
  return [...new Set([id, ...(alongWith ?? [])])];
}

/**
 * The subscriptions by their index, as the write names them when there are several.
 * @param description what to say of a deletion type that the SKU does not allow
 */
function deletionNames(description: string) {
  return (input: DeletionInput): FieldNames => {
    const names: Record<string, string | NamedField> = {
      ...fieldNames,
      deletionType: { path: 'subscription', description },
    };
    endingIds(input).forEach((id, i) => {
      const at = input.alongWith?.indexOf(id) ?? 0;
      const path = id === input.subscription ? 'subscription' : `alongWith.${at}`;
      names[`subscriptions.${i}`] = path;
      names[`subscriptions.${i}.deletionType`] = { path, description };
    });
    return names;
  };
}

async function endSubscriptions(
  input: DeletionInput,
  { subscriptionChanges }: Services,
  deletionType: DeletionType,
  idempotencyKey: string | null,
): Promise<WriteAnswer<Customer>> {
  const targets = endingIds(input).map(subscriptionTarget);
  const customerId = targets[0]?.customerId ?? '';
  const validation = new Validation();
  validation.check(
    'alongWith',
    targets.every((target) => target.customerId === customerId),
    'must contain only subscriptions of the same customer',
  );
  validation.throwIfInvalid();
  const answer = await subscriptionChanges.delete(targets, deletionType, idempotencyKey);
  const failure = answer.value.find((result) => result !== null);
  if (failure) {
    // When none has ended, the batch itself is rejected.
    throw failure.with({}, `Some of the subscriptions have ended, but not all: ${failure.message}`);
  }
  return { ...answer, value: { billing: null, resellerCustomerId: customerId } };
}

writeMutation('cancelSubscription', {
  description:
    'Cancels a subscription. Use transferSubscriptionToDirect for Google Workspace, which does not allow this.',
  inputDescription: 'The subscriptions to cancel.',
  input: deletionInput,
  success: 'The subscriptions are cancelled.',
  returns: remainingCustomer,
  fieldNames: deletionNames('cannot be cancelled; use transferSubscriptionToDirect'),
  run: (input, services, key) => endSubscriptions(input, services, 'cancel', key),
});

writeMutation('transferSubscriptionToDirect', {
  description:
    'Transfers a Google Workspace subscription to Google, which then bills the customer directly.',
  inputDescription: 'The subscriptions to transfer.',
  input: deletionInput,
  success: 'The subscriptions are transferred to Google.',
  returns: remainingCustomer,
  fieldNames: deletionNames('cannot be transferred to Google; use cancelSubscription'),
  run: (input, services, key) => endSubscriptions(input, services, 'transfer_to_direct', key),
});
