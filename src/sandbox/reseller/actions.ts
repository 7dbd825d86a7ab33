import { badRequest, conditionNotMet, invalid, invalidParameter, required } from './errors.ts';
import { assignNewId, commitmentFrom, endTrial, removeSuspension, suspend } from './lifecycle.ts';
import {
  type MethodCall,
  pathText,
  queryText,
  requireSubscription,
  siblings,
} from './method-call.ts';
import { isAnnual, isSuspended, type SubscriptionRecord } from './records.ts';
import { renderSubscription } from './render.ts';
import {
  checkPlan,
  checkRenewalType,
  checkSeats,
  checkSku,
  checkSkuPlan,
  checkTextLength,
  defaultRenewalType,
} from './rules.ts';
import { findSku, isWorkspace, type PlanName } from './skus.ts';
import type { WireChangePlan, WireSeats, WireSubscription } from './wire.ts';

/** The subscription of the path; throws 400 when it is suspended. */
function requireActive(call: MethodCall<unknown>): SubscriptionRecord {
  const subscription = requireSubscription(call);
  if (isSuspended(subscription)) throw badRequest('The subscription is suspended');
  return subscription;
}

function isPaid({ planName, trial }: SubscriptionRecord): boolean {
  return trial?.running !== true && planName !== 'TRIAL' && planName !== 'FREE';
}

export function suspendSubscription(call: MethodCall<object>): WireSubscription {
  const subscription = requireActive(call);
  if (!isPaid(subscription)) throw badRequest('Only a paid subscription can be suspended');
  const { customer, skuId } = subscription;
  const addOn = customer.subscriptions.find((other) => findSku(other.skuId)?.addOn === true);
  if (isWorkspace(skuId) && addOn !== undefined) {
    throw conditionNotMet(`Cancel the add-on ${addOn.skuId} before suspending`);
  }
  suspend(subscription, 'RESELLER_INITIATED', call.store.now());
  call.store.emit(subscription, 'SUBSCRIPTION_SUSPENDED');
  return renderSubscription(subscription);
}

/** Removes only the reseller's own suspension. */
export function activateSubscription(call: MethodCall<object>): WireSubscription {
  const subscription = requireSubscription(call);
  if (!subscription.suspensions.includes('RESELLER_INITIATED')) {
    throw badRequest('The subscription is not suspended by the reseller');
  }
  removeSuspension(subscription, 'RESELLER_INITIATED');
  const now = call.store.now();
  const { commitment } = subscription;
  if (commitment !== undefined && commitment.endTime <= now) {
    subscription.commitment = commitmentFrom(now);
    assignNewId(subscription);
  }
  call.store.emit(subscription, 'SUBSCRIPTION_SUSPENSION_REVOKED');
  return renderSubscription(subscription);
}

/** Changes a flexible plan to an annual one, or assigns a paid plan to a running trial. */
export function changePlan(call: MethodCall<WireChangePlan>): WireSubscription {
  const subscription = requireActive(call);
  const { input } = call;
  const planName = checkPlan(input.planName, 'planName');
  checkTextLength('dealCode', input.dealCode, 100);
  checkTextLength('purchaseOrderId', input.purchaseOrderId, 80);
  const inTrial = subscription.trial?.running === true;
  checkPlanChange(subscription, planName, inTrial);
  const { licensedNumberOfSeats } = subscription.seats;
  const sku = findSku(subscription.skuId);
  subscription.seats = checkSeats(input.seats, { sku, planName, licensedNumberOfSeats });
  subscription.planName = planName;
  const annual = isAnnual(planName);
  subscription.commitment = annual && !inTrial ? commitmentFrom(call.store.now()) : undefined;
  subscription.renewalType = annual
    ? (subscription.renewalType ?? defaultRenewalType(planName))
    : undefined;
  subscription.dealCode = input.dealCode ?? subscription.dealCode;
  subscription.purchaseOrderId = input.purchaseOrderId ?? subscription.purchaseOrderId;
  assignNewId(subscription);
  if (!inTrial) call.store.emit(subscription, 'PRICE_PLAN_SWITCHED');
  return renderSubscription(subscription);
}

function checkPlanChange(
  subscription: SubscriptionRecord,
  planName: PlanName,
  inTrial: boolean,
): void {
  if (planName === 'TRIAL' || planName === 'FREE') {
    throw invalid(`A plan cannot be changed to ${planName}`, 'planName');
  }
  checkSkuPlan(checkSku(subscription.skuId), planName);
  if (inTrial) return;
  if (isAnnual(subscription.planName)) throw conditionNotMet('An annual plan cannot be changed');
  if (subscription.planName !== 'FLEXIBLE' || planName === 'FLEXIBLE') {
    throw invalid(`${subscription.planName} cannot be changed to ${planName}`, 'planName');
  }
}

/** Sets the total number of seats. */
export function changeSeats(call: MethodCall<WireSeats>): WireSubscription {
  const subscription = requireActive(call);
  const { planName, seats, commitment, skuId } = subscription;
  const changed = checkSeats(call.input, {
    ...{ sku: findSku(skuId), planName, inTrial: subscription.trial?.running === true },
    licensedNumberOfSeats: seats.licensedNumberOfSeats,
  });
  const present = seats.numberOfSeats ?? 0;
  if (commitment !== undefined && (changed.numberOfSeats ?? 0) < present) {
    throw invalid(`The seats of an annual plan can only grow, from ${present}`, 'numberOfSeats');
  }
  subscription.seats = changed;
  if (commitment !== undefined) call.store.emit(subscription, 'COMMITMENT_CHANGED');
  return renderSubscription(subscription);
}

export function changeRenewalSettings(
  call: MethodCall<{ readonly renewalType?: string | undefined }>,
): WireSubscription {
  const subscription = requireActive(call);
  const renewalType = checkRenewalType(call.input.renewalType);
  if (!isAnnual(subscription.planName)) {
    throw conditionNotMet('Renewal settings apply to annual plans only');
  }
  subscription.renewalType = renewalType;
  return renderSubscription(subscription);
}

/** Ends the trial immediately. */
export function startPaidService(call: MethodCall<object>): WireSubscription {
  const subscription = requireActive(call);
  if (subscription.trial?.running !== true) throw badRequest('The subscription is not in a trial');
  if (subscription.planName === 'TRIAL') {
    throw conditionNotMet('Assign a payment plan before starting the paid service');
  }
  endTrial(subscription, call.store.now());
  assignNewId(subscription);
  call.store.emit(subscription, 'SUBSCRIPTION_TRIAL_ENDED');
  return renderSubscription(subscription);
}

export function deleteSubscription(call: MethodCall<object>): undefined {
  const deletionType = queryText(call, 'deletionType');
  if (deletionType === undefined) throw required('deletionType');
  if (deletionType !== 'cancel' && deletionType !== 'transfer_to_direct') {
    throw invalidParameter('deletionType', `Invalid value at 'deletion_type': ${deletionType}`);
  }
  const { store } = call;
  const subscription = requireSubscription(call);
  const { customer, skuId } = subscription;
  const allowed = isWorkspace(skuId) ? 'transfer_to_direct' : 'cancel';
  if (deletionType !== allowed) {
    throw invalid(`A subscription of ${skuId} can only be deleted with ${allowed}`, 'deletionType');
  }
  if (customer.termsAcceptedAt > store.now()) {
    throw conditionNotMet('The customer has no administrator');
  }
  if (deletionType === 'transfer_to_direct') checkWholeTransfer(call, subscription);
  store.remove(subscription);
  const toDirect = deletionType === 'transfer_to_direct';
  if (toDirect && customer.subscriptions.length === 0) customer.managedBy = 'vendor';
  store.emit(
    subscription,
    'SUBSCRIPTION_CANCELLED',
    toDirect ? 'TRANSFERRED_OUT' : 'RESELLER_INITIATED',
  );
}

/** The vendor requires one batch for all Workspace subscriptions of a customer. */
function checkWholeTransfer(call: MethodCall<object>, { customer }: SubscriptionRecord): void {
  const inBatch = new Set(
    siblings(call, customer).map((other) => pathText(other, 'subscriptionId')),
  );
  const left = customer.subscriptions.filter(
    (other) => isWorkspace(other.skuId) && !inBatch.has(other.subscriptionId),
  );
  if (left.length > 0) {
    throw conditionNotMet(
      'All Workspace subscriptions of the customer must be transferred in one batch',
    );
  }
}
