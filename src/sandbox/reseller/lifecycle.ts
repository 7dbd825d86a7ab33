import type { CancellationReason, EventType } from './events.ts';
import { isAnnual, isSuspended, type SubscriptionRecord } from './records.ts';

export const dayMs = 24 * 60 * 60 * 1000;
/** A reseller may suspend for so long; then the subscription may be cancelled. */
const suspensionMs = 60 * dayMs;

export type Emit = (type: EventType, cancellation?: CancellationReason) => void;

/** One year, by the calendar. */
export function commitmentFrom(startTime: number): { startTime: number; endTime: number } {
  const end = new Date(startTime);
  end.setUTCFullYear(end.getUTCFullYear() + 1);
  return { startTime, endTime: end.getTime() };
}

export function suspend(subscription: SubscriptionRecord, reason: string, at: number): void {
  if (!subscription.suspensions.includes(reason)) subscription.suspensions.push(reason);
  subscription.suspendedAt ??= at;
}

/** Takes one reason away; the subscription is active again when it was the last. */
export function lift(subscription: SubscriptionRecord, reason: string): void {
  subscription.suspensions = subscription.suspensions.filter((other) => other !== reason);
  if (!isSuspended(subscription)) subscription.suspendedAt = undefined;
}

/** The next id of the same customer: the old one is not found any more. */
export function renumber(subscription: SubscriptionRecord): void {
  subscription.customer.lastSubscriptionId += 1;
  subscription.subscriptionId = String(subscription.customer.lastSubscriptionId);
}

/** Ends the trial: with a payment plan assigned the paid service begins. */
export function endTrial(subscription: SubscriptionRecord, at: number): void {
  const { trial, planName } = subscription;
  if (trial === undefined) return;
  subscription.trial = { endTime: Math.min(trial.endTime, at), running: false };
  if (isAnnual(planName)) subscription.commitment = commitmentFrom(at);
  if (planName === 'TRIAL') suspend(subscription, 'TRIAL_ENDED', at);
}

function whenTrialEnds({ trial }: SubscriptionRecord): number {
  return trial?.running === true ? trial.endTime : Number.POSITIVE_INFINITY;
}

/** A suspended subscription keeps its end date and does not renew. */
function whenItRenews(subscription: SubscriptionRecord): number {
  const { commitment } = subscription;
  if (commitment === undefined || isSuspended(subscription)) return Number.POSITIVE_INFINITY;
  return commitment.endTime;
}

function whenTermsAreAccepted(subscription: SubscriptionRecord): number {
  return subscription.suspensions.includes('PENDING_TOS_ACCEPTANCE')
    ? subscription.customer.termsAcceptedAt
    : Number.POSITIVE_INFINITY;
}

function whenSuspensionIsTooLong(subscription: SubscriptionRecord): number {
  const { suspendedAt, suspensions } = subscription;
  return suspendedAt !== undefined && suspensions.includes('RESELLER_INITIATED')
    ? suspendedAt + suspensionMs
    : Number.POSITIVE_INFINITY;
}

/** When time alone changes the subscription next. */
export function nextDue(subscription: SubscriptionRecord): number {
  return Math.min(
    whenTrialEnds(subscription),
    whenItRenews(subscription),
    whenTermsAreAccepted(subscription),
    whenSuspensionIsTooLong(subscription),
  );
}

function renew(subscription: SubscriptionRecord, at: number, emit: Emit): void {
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
 * Lets the next thing that is due happen to one subscription. True: it is over and has to be
 * removed.
 */
export function settleOnce(subscription: SubscriptionRecord, emit: Emit): boolean {
  const due = nextDue(subscription);
  if (due === whenSuspensionIsTooLong(subscription)) {
    emit('SUBSCRIPTION_CANCELLED', 'OTHER');
    return true;
  }
  if (due === whenTermsAreAccepted(subscription)) {
    lift(subscription, 'PENDING_TOS_ACCEPTANCE');
    emit('SUBSCRIPTION_SUSPENSION_REVOKED');
  } else if (due === whenTrialEnds(subscription)) {
    endTrial(subscription, due);
    emit('SUBSCRIPTION_TRIAL_ENDED');
    if (isSuspended(subscription)) emit('SUBSCRIPTION_SUSPENDED');
  } else {
    renew(subscription, due, emit);
  }
  return false;
}
