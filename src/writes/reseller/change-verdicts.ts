import type { ResellerSubscription } from '../../domain/subscription.ts';
import { hasEnded } from '../../domain/subscription-target.ts';
import type { ReadBack } from '../write-spec.ts';
import type { ChangeRequest, DeletionRequest } from './requests.ts';
import { type SubscriptionState, stateOf } from './snapshots.ts';
import { ABSENT, done, UNCLEAR } from './verdict.ts';

/** Done: the wanted state is read. Absent: the state that the mutation changes is as before. */
export function changed(
  request: ChangeRequest,
  before: SubscriptionState,
  after: ResellerSubscription | null,
): ReadBack<ResellerSubscription> {
  if (!after || hasEnded(after)) return UNCLEAR;
  const now = stateOf(after);
  if (isWanted(request, before, now)) return done(after);
  if (mayHide(request, before, now)) return UNCLEAR;
  const isUnchanged = changedPart(request, before) === changedPart(request, now);
  return isUnchanged ? ABSENT : UNCLEAR;
}

function isWanted(
  request: ChangeRequest,
  before: SubscriptionState,
  now: SubscriptionState,
): boolean {
  switch (request.mutation) {
    case 'activateSubscription':
      // Suspensions that the reseller did not initiate may remain.
      if (now.status === 'ACTIVE') return true;
      return now.status === 'SUSPENDED' && isByReseller(before) && !isByReseller(now);
    case 'suspendSubscription':
      return now.status === 'SUSPENDED' && isByReseller(now);
    case 'startPaidService':
      return !now.isInTrial && !now.suspensionReasons.includes('TRIAL_ENDED');
    case 'changeSubscriptionPlan':
      return hasPlan(request.plan, now);
    case 'changeSubscriptionSeats':
      return seatsOf(now) === request.seats;
    case 'changeSubscriptionRenewalSettings':
      return now.renewalType === request.renewalType;
  }
}

/** The part of the state that a mutation changes, for comparison. */
function changedPart({ mutation }: ChangeRequest, state: SubscriptionState): string {
  const { planName, numberOfSeats, maximumNumberOfSeats, purchaseOrderId } = state;
  switch (mutation) {
    case 'activateSubscription':
    case 'suspendSubscription':
      return JSON.stringify([state.status, state.suspensionReasons]);
    case 'startPaidService':
      return JSON.stringify([state.isInTrial, state.suspensionReasons]);
    case 'changeSubscriptionPlan':
      return JSON.stringify([planName, numberOfSeats, maximumNumberOfSeats, purchaseOrderId]);
    case 'changeSubscriptionSeats':
      return JSON.stringify([planName, seatsOf(state)]);
    case 'changeSubscriptionRenewalSettings':
      return JSON.stringify(state.renewalType);
  }
}

function isByReseller({ suspensionReasons }: SubscriptionState): boolean {
  return suspensionReasons.includes('RESELLER_INITIATED');
}

type PlanRequest = Extract<ChangeRequest, { mutation: 'changeSubscriptionPlan' }>['plan'];

function hasPlan(
  { planName, seats, purchaseOrderId }: PlanRequest,
  now: SubscriptionState,
): boolean {
  return (
    planNameShown(planName) === planNameShown(now.planName) &&
    isEqualIfSent(seats.numberOfSeats, now.numberOfSeats) &&
    isEqualIfSent(seats.maximumNumberOfSeats, now.maximumNumberOfSeats) &&
    isEqualIfSent(purchaseOrderId, now.purchaseOrderId)
  );
}

function isEqualIfSent<T>(sent: T | undefined, now: T | null): boolean {
  return sent === undefined || sent === now;
}

/** Whether the write may have been carried out although the old state is shown. */
function mayHide(
  request: ChangeRequest,
  before: SubscriptionState,
  now: SubscriptionState,
): boolean {
  // On a trial, a plan is only assigned.
  if (request.mutation === 'changeSubscriptionPlan') return before.isInTrial;
  // The API returns AUTO_RENEW for both of the types that renew automatically.
  if (request.mutation !== 'changeSubscriptionRenewalSettings') return false;
  return now.renewalType === 'AUTO_RENEW' && request.renewalType.startsWith('AUTO_RENEW');
}

/** The seats in the field that the plan uses. */
export function seatsOf({ planName, numberOfSeats, maximumNumberOfSeats }: SubscriptionState) {
  return planName?.startsWith('ANNUAL') ? numberOfSeats : maximumNumberOfSeats;
}

/** The API returns ANNUAL for ANNUAL_MONTHLY_PAY. */
function planNameShown(planName: string | null): string | null {
  return planName === 'ANNUAL_MONTHLY_PAY' ? 'ANNUAL' : planName;
}

/** The result of reading a subscription that was to end. */
export type EndRead =
  | ResellerSubscription
  | 'gone'
  /** This reseller has no access to the customer any more. */
  | 'forbidden'
  /** Several subscriptions may be the one that was to end. */
  | 'ambiguous';

export function ended(
  mutation: DeletionRequest['mutation'],
  before: SubscriptionState,
  after: EndRead,
): ReadBack<null> {
  if (after === 'gone') return done(null);
  if (after === 'forbidden') {
    return mutation === 'transferSubscriptionToDirect' ? done(null) : UNCLEAR;
  }
  if (after === 'ambiguous') return UNCLEAR;
  if (hasEnded(after)) return done(null);
  return after.status === before.status ? ABSENT : UNCLEAR;
}
