import type { CancellationReason, EventType } from './events.ts';
import { isAnnual, isSuspended, type SubscriptionRecord } from './records.ts';

export const dayMs = 24 * 60 * 60 * 1000;
/** The vendor may cancel a subscription that the reseller has suspended for longer. */
const suspensionMs = 60 * dayMs;

export type Emit = (type: EventType, cancellation?: CancellationReason) => void;

/** A commitment of one calendar year. */
export function commitmentFrom(startTime: number): { startTime: number; endTime: number } {
  const end = new Date(startTime);
  end.setUTCFullYear(end.getUTCFullYear() + 1);
  return { startTime, endTime: end.getTime() };
}

export function suspend(subscription: SubscriptionRecord, reason: string, at: number): void {
  if (!subscription.suspensions.includes(reason)) subscription.suspensions.push(reason);
  subscription.suspendedAt ??= at;
}

/** Removes one reason; the subscription is active again when none are left. */
export function removeSuspension(subscription: SubscriptionRecord, reason: string): void {
  subscription.suspensions = subscription.suspensions.filter((other) => other !== reason);
  if (!isSuspended(subscription)) subscription.suspendedAt = undefined;
}

/** Assigns the customer's next subscription id; the old id is no longer found. */
export function assignNewId(subscription: SubscriptionRecord): void {
  subscription.customer.lastSubscriptionId += 1;
  subscription.subscriptionId = String(subscription.customer.lastSubscriptionId);
}

/** Ends the trial. The paid service starts when a payment plan is assigned. */
export function endTrial(subscription: SubscriptionRecord, at: number): void {
  const { trial, planName } = subscription;
  if (trial === undefined) return;
  subscription.trial = { endTime: Math.min(trial.endTime, at), running: false };
  if (isAnnual(planName)) subscription.commitment = commitmentFrom(at);
  if (planName === 'TRIAL') suspend(subscription, 'TRIAL_ENDED', at);
}

function trialEndsAt({ trial }: SubscriptionRecord): number {
  return trial?.running === true ? trial.endTime : Number.POSITIVE_INFINITY;
}

/** A suspended subscription does not renew. */
function renewsAt(subscription: SubscriptionRecord): number {
  const { commitment } = subscription;
  if (commitment === undefined || isSuspended(subscription)) return Number.POSITIVE_INFINITY;
  return commitment.endTime;
}

function termsAcceptedAt(subscription: SubscriptionRecord): number {
  return subscription.suspensions.includes('PENDING_TOS_ACCEPTANCE')
    ? subscription.customer.termsAcceptedAt
    : Number.POSITIVE_INFINITY;
}

function suspensionCancelsAt(subscription: SubscriptionRecord): number {
  const { suspendedAt, suspensions } = subscription;
  return suspendedAt !== undefined && suspensions.includes('RESELLER_INITIATED')
    ? suspendedAt + suspensionMs
    : Number.POSITIVE_INFINITY;
}

/** The time of the next change that needs no request. */
export function nextChangeAt(subscription: SubscriptionRecord): number {
  return Math.min(
    trialEndsAt(subscription),
    renewsAt(subscription),
    termsAcceptedAt(subscription),
    suspensionCancelsAt(subscription),
  );
}

/** Ends the commitment and does what the renewal type says. */
export function renew(subscription: SubscriptionRecord, at: number, emit: Emit): void {
  const { renewalType, seats } = subscription;
  if (renewalType === 'CANCEL') {
    suspend(subscription, 'RENEWAL_WITH_TYPE_CANCEL', at);
    emit('SUBSCRIPTION_SUSPENDED');
    return;
  }
  if (renewalType === 'SWITCH_TO_PAY_AS_YOU_GO') {
    subscription.planName = 'FLEXIBLE';
    subscription.commitment = undefined;
    subscription.renewalType = undefined;
    const maximumNumberOfSeats = seats.numberOfSeats;
    subscription.seats = { ...seats, numberOfSeats: undefined, maximumNumberOfSeats };
  } else {
    subscription.commitment = commitmentFrom(at);
    if (renewalType?.startsWith('RENEW_CURRENT_USERS') && seats.licensedNumberOfSeats > 0) {
      subscription.seats = { ...seats, numberOfSeats: seats.licensedNumberOfSeats };
    }
  }
  emit('SUBSCRIPTION_RENEWED');
}

/**
 * Applies the next due change to a subscription. Returns true when it was cancelled and must be
 * removed.
 */
export function applyNextChange(subscription: SubscriptionRecord, emit: Emit): boolean {
  const due = nextChangeAt(subscription);
  if (due === suspensionCancelsAt(subscription)) {
    emit('SUBSCRIPTION_CANCELLED', 'OTHER');
    return true;
  }
  if (due === termsAcceptedAt(subscription)) {
    removeSuspension(subscription, 'PENDING_TOS_ACCEPTANCE');
    emit('SUBSCRIPTION_SUSPENSION_REVOKED');
  } else if (due === trialEndsAt(subscription)) {
    endTrial(subscription, due);
    emit('SUBSCRIPTION_TRIAL_ENDED');
    if (isSuspended(subscription)) emit('SUBSCRIPTION_SUSPENDED');
  } else {
    renew(subscription, due, emit);
  }
  return false;
}
