import type { ResellerSubscription } from '../../domain/subscription.ts';
import type {
  SubscriptionChanges,
  SubscriptionTarget,
} from '../../services/subscription-changes.ts';
import { seatsFor } from '../../services/subscription-changes.ts';
import { builder } from '../builder.ts';
import { customer } from '../customer/customer.ts';
import { mutate, resultOf } from '../mutation.ts';
import { Validation } from '../validation.ts';
import { subscription, subscriptionTarget } from './subscription.ts';
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

const targetDescription = 'Global id of the subscription.';
const newState = 'The subscription as it is now; its `subscriptionId` may be another one.';

/** A mutation that takes nothing but the subscription. */
function subscriptionAction(
  name: 'activateSubscription' | 'suspendSubscription' | 'startPaidService',
  description: string,
  act: (changes: SubscriptionChanges, target: SubscriptionTarget) => Promise<ResellerSubscription>,
): void {
  const typeName = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const inputType = builder.inputType(`${typeName}Input`, {
    description: 'Which subscription.',
    fields: (t) => ({ subscription: t.id({ required: true, description: targetDescription }) }),
  });
  builder.mutationField(name, (t) =>
    t.field({
      type: subscription,
      description,
      errors: resultOf(typeName, 'subscription', newState),
      args: {
        input: t.arg({ type: inputType, required: true, description: 'Which subscription.' }),
      },
      resolve: (_root, { input }, { services }) =>
        mutate(async () =>
          act(services.subscriptionChanges, subscriptionTarget(input.subscription)),
        ),
    }),
  );
}

subscriptionAction(
  'activateSubscription',
  'Lifts a suspension that the reseller made, within 60 days of it.',
  (changes, target) => changes.activate(target),
);
subscriptionAction(
  'suspendSubscription',
  'Suspends a paid, active subscription, for at most 60 days; then it may be cancelled.',
  (changes, target) => changes.suspend(target),
);
subscriptionAction(
  'startPaidService',
  'Ends a trial now. A paid plan has to be assigned to it before.',
  (changes, target) => changes.startPaidService(target),
);

const changeSubscriptionPlanInput = builder.inputType('ChangeSubscriptionPlanInput', {
  description: 'Which plan a subscription shall have.',
  fields: (t) => ({
    subscription: t.id({ required: true, description: targetDescription }),
    planName: t.field({ type: planName.ref, description: 'How to pay.' }),
    planNameRaw: t.string({ description: rawDescription }),
    seats: t.int({ required: true, description: seatsDescription }),
    dealCode: t.string({ description: 'Code of a discount; at most 100 characters.' }),
    purchaseOrderId: t.string({ description: 'Your own reference; at most 80 characters.' }),
  }),
});

builder.mutationField('changeSubscriptionPlan', (t) =>
  t.field({
    type: subscription,
    description:
      'Changes a flexible plan to an annual one, or assigns the plan that follows a trial. An annual plan cannot be changed.',
    errors: resultOf('ChangeSubscriptionPlan', 'subscription', newState),
    args: {
      input: t.arg({
        type: changeSubscriptionPlanInput,
        required: true,
        description: 'Which plan.',
      }),
    },
    resolve: (_root, { input }, { services }) =>
      mutate(async () => {
        const validation = new Validation();
        const plan = planNameOf(validation, input);
        checkSeats(validation, input.seats, plan);
        checkOrderReferences(validation, input);
        validation.end();
        return services.subscriptionChanges.changePlan(subscriptionTarget(input.subscription), {
          planName: plan,
          seats: seatsFor(plan, input.seats),
          dealCode: input.dealCode ?? undefined,
          purchaseOrderId: input.purchaseOrderId ?? undefined,
        });
      }, subscriptionFieldNames),
  }),
);

const changeSubscriptionSeatsInput = builder.inputType('ChangeSubscriptionSeatsInput', {
  description: 'How many seats a subscription shall have.',
  fields: (t) => ({
    subscription: t.id({ required: true, description: targetDescription }),
    seats: t.int({ required: true, description: seatsDescription }),
  }),
});

builder.mutationField('changeSubscriptionSeats', (t) =>
  t.field({
    type: subscription,
    description:
      'Changes the number of seats. An annual plan can only grow until its renewal; a flexible one cannot go below its licensed users.',
    errors: resultOf('ChangeSubscriptionSeats', 'subscription', newState),
    args: {
      input: t.arg({
        type: changeSubscriptionSeatsInput,
        required: true,
        description: 'How many seats.',
      }),
    },
    resolve: (_root, { input }, { services }) =>
      mutate(async () => {
        const validation = new Validation();
        checkSeats(validation, input.seats, null);
        validation.end();
        const target = subscriptionTarget(input.subscription);
        return services.subscriptionChanges.changeSeats(target, input.seats);
      }, subscriptionFieldNames),
  }),
);

const changeRenewalInput = builder.inputType('ChangeSubscriptionRenewalSettingsInput', {
  description: 'What shall happen when an annual plan ends.',
  fields: (t) => ({
    subscription: t.id({ required: true, description: targetDescription }),
    renewalType: t.field({ type: renewalType.ref, description: 'What shall happen.' }),
    renewalTypeRaw: t.string({ description: rawDescription }),
  }),
});

builder.mutationField('changeSubscriptionRenewalSettings', (t) =>
  t.field({
    type: subscription,
    description: 'Changes what happens when an annual plan ends; other plans have no renewal.',
    errors: resultOf('ChangeSubscriptionRenewalSettings', 'subscription', newState),
    args: {
      input: t.arg({ type: changeRenewalInput, required: true, description: 'What.' }),
    },
    resolve: (_root, { input }, { services }) =>
      mutate(async () => {
        const validation = new Validation();
        const renewal = renewalTypeOf(validation, input) ?? '';
        validation.required('renewalType', renewal);
        validation.end();
        const target = subscriptionTarget(input.subscription);
        return services.subscriptionChanges.changeRenewalSettings(target, renewal);
      }, subscriptionFieldNames),
  }),
);

/** A mutation that ends subscriptions; what is left is their customer. */
function subscriptionDeletion(
  name: 'cancelSubscription' | 'transferSubscriptionToDirect',
  description: string,
  deletionType: 'cancel' | 'transfer_to_direct',
): void {
  const typeName = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const inputType = builder.inputType(`${typeName}Input`, {
    description: 'Which subscription.',
    fields: (t) => ({
      subscription: t.id({ required: true, description: targetDescription }),
      alongWith: t.idList({
        description:
          'Global ids of other subscriptions of the same customer, to go in the same transaction.',
      }),
    }),
  });
  builder.mutationField(name, (t) =>
    t.field({
      type: customer,
      description,
      errors: resultOf(typeName, 'customer', 'The customer, without the subscription.'),
      args: {
        input: t.arg({ type: inputType, required: true, description: 'Which subscription.' }),
      },
      resolve: (_root, { input }, { services }) =>
        mutate(async () => {
          const ids = [input.subscription, ...(input.alongWith ?? [])];
          const targets = [...new Set(ids)].map(subscriptionTarget);
          const [first] = targets;
          const customerId = first?.customerId ?? '';
          const validation = new Validation();
          const isOneCustomer = targets.every((target) => target.customerId === customerId);
          validation.check('alongWith', isOneCustomer, 'belong to another customer');
          validation.end();
          await services.subscriptionChanges.delete(targets, deletionType);
          return { billing: null, resellerCustomerId: customerId };
        }),
    }),
  );
}

subscriptionDeletion(
  'cancelSubscription',
  'Ends a subscription. The vendor takes it for what is not Workspace.',
  'cancel',
);
subscriptionDeletion(
  'transferSubscriptionToDirect',
  'Hands a Workspace subscription over to the vendor, who bills the customer from then on.',
  'transfer_to_direct',
);
