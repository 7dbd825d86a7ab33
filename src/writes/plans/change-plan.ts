import { type Plan, PlanDraft, type PlannedObject } from '../../domain/plan.ts';
import type { ResellerSubscription } from '../../domain/subscription.ts';
import { findTarget } from '../../domain/subscription-target.ts';
import { withSeats } from '../reseller/change-conduct.ts';
import type { ChangeRequest } from '../reseller/requests.ts';
import { snapshotOfTarget } from '../reseller/snapshots.ts';
import { isAnnual, notFound, planText, type SkuRules, totalOf } from './rules.ts';
import { checkSeatChange, checkTotal, presentSeats } from './seat-checks.ts';
import {
  type Checked,
  checkActivation,
  checkPaidService,
  checkPlanChange,
  checkRenewalChange,
  checkSuspension,
} from './state-checks.ts';

/**
 * Plans a change of one subscription.
 * @param listed all subscriptions of its customer, as just read
 * @throws GatewayError as the change itself would, where Google documents the rule
 */
export function planChange(
  given: ChangeRequest,
  listed: readonly ResellerSubscription[],
  rules: SkuRules,
): Plan {
  const subscription = findTarget(listed, given.target);
  if (!subscription) throw notFound('The subscription was not found.');
  const checked = { subscription, listed, rules, draft: new PlanDraft() };
  const object = { type: 'ResellerSubscription', target: given.target } as const;
  const verb = planOne(given, checked, object);
  const { customerDomain, customerId, skuId } = subscription;
  const name = `${rules.nameOf(skuId)} of ${customerDomain ?? customerId}`;
  return checked.draft.done(`${verb} ${name}.`);
}

/** Checks the change and adds it to the draft. Returns how a sentence about it begins. */
function planOne(given: ChangeRequest, checked: Checked, object: PlannedObject): string {
  const { subscription, draft } = checked;
  switch (given.mutation) {
    case 'activateSubscription':
      checkActivation(checked);
      planActivation(checked, object);
      return 'Activates';
    case 'suspendSubscription':
      checkSuspension(checked);
      planSuspension(checked, object);
      return 'Suspends';
    case 'startPaidService':
      checkPaidService(checked);
      draft.change(object, 'trialSettings.isInTrial', 'The trial ends.', {
        before: true,
        after: false,
      });
      return 'Ends the trial and starts the paid service of';
    case 'changeSubscriptionPlan':
      planPlan(given, checked, object);
      return 'Changes the plan of';
    case 'changeSubscriptionSeats':
      checkSeatChange(checked, given.seats);
      addSeats(checked, object, subscription.plan?.planName ?? null, given.seats);
      return 'Changes the number of seats of';
    case 'changeSubscriptionRenewalSettings': {
      checkRenewalChange(checked, given.renewalType);
      const before = subscription.renewalSettings?.renewalType ?? null;
      const values = { before, after: given.renewalType };
      draft.change(object, 'renewalSettings.renewalType', 'The renewal type', values);
      return 'Changes the renewal settings of';
    }
  }
}

function planActivation({ subscription, draft }: Checked, object: PlannedObject): void {
  const { status, suspensionReasons } = subscription;
  const left = suspensionReasons.filter((reason) => reason !== 'RESELLER_INITIATED');
  const after = left.length > 0 ? status : 'ACTIVE';
  draft.change(object, 'status', 'The status', { before: status, after });
  const reasons = { before: suspensionReasons, after: left };
  draft.change(object, 'suspensionReasons', 'The list of suspension reasons', reasons);
}

function planSuspension({ subscription, draft }: Checked, object: PlannedObject): void {
  const { status, suspensionReasons } = subscription;
  draft.change(object, 'status', 'The status', { before: status, after: 'SUSPENDED' });
  const after = [...suspensionReasons, 'RESELLER_INITIATED'];
  const reasons = { before: suspensionReasons, after };
  draft.change(object, 'suspensionReasons', 'The list of suspension reasons', reasons);
}

type PlanRequest = Extract<ChangeRequest, { mutation: 'changeSubscriptionPlan' }>;

function planPlan(given: PlanRequest, checked: Checked, object: PlannedObject): void {
  const { subscription, listed, draft } = checked;
  const { planName, dealCode, purchaseOrderId } = given.plan;
  // As the mutation does before it sends anything.
  const sent = withSeats(given, snapshotOfTarget(listed, given.target));
  checkPlanChange(checked, planName);
  const seats = sent.mutation === given.mutation ? totalOf(sent.plan.seats) : null;
  if (seats !== null) checkTotal(checked, planName, { seats, isTrial: false });
  draft.warnIf(
    dealCode !== undefined,
    'VENDOR_DECIDES',
    'Google decides whether the deal code is valid.',
    'dealCode',
  );
  const before = planText(subscription.plan?.planName ?? null);
  draft.change(object, 'plan.planName', 'The plan', { before, after: planText(planName) });
  if (seats !== null) addSeats(checked, object, planName, seats);
  addReference(checked, object, purchaseOrderId);
}

function addReference(
  { subscription, draft }: Checked,
  object: PlannedObject,
  purchaseOrderId: string | undefined,
): void {
  if (purchaseOrderId === undefined) return;
  const values = { before: subscription.purchaseOrderId, after: purchaseOrderId };
  draft.change(object, 'purchaseOrderId', 'The purchase order id', values);
}

const seatLabels = {
  'seats.numberOfSeats': 'The number of seats',
  'seats.maximumNumberOfSeats': 'The maximum number of seats',
} as const;

/** The seats move to another field when the new plan uses another one. */
function addSeats(
  { subscription, draft }: Checked,
  object: PlannedObject,
  planName: string | null,
  after: number,
): void {
  const used = seatPath(planName);
  const present = seatPath(subscription.plan?.planName ?? null);
  const before = presentSeats(subscription);
  if (used === present) {
    draft.change(object, used, seatLabels[used], { before, after });
    return;
  }
  draft.change(object, present, seatLabels[present], { before, after: null });
  draft.change(object, used, seatLabels[used], { before: null, after });
}

function seatPath(planName: string | null): keyof typeof seatLabels {
  return isAnnual(planName) ? 'seats.numberOfSeats' : 'seats.maximumNumberOfSeats';
}
