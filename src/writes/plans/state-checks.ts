import type { PlanDraft } from '../../domain/plan.ts';
import type { ResellerSubscription } from '../../domain/subscription.ts';
import { hasEnded } from '../../domain/subscription-target.ts';
import { invalid, isAnnual, planText, precondition, type SkuRules } from './rules.ts';

/** What a check needs: the subscription, and all subscriptions of its customer. */
export interface Checked {
  readonly subscription: ResellerSubscription;
  readonly listed: readonly ResellerSubscription[];
  readonly rules: SkuRules;
  readonly draft: PlanDraft;
}

export function isInTrial({ trialSettings }: ResellerSubscription): boolean {
  return trialSettings?.isInTrial ?? false;
}

export function planOf({ plan }: ResellerSubscription): string | null {
  return plan?.planName ?? null;
}

/** The API refuses changes of a subscription that is suspended or cancelled. */
export function requireActive({ subscription, draft }: Omit<Checked, 'listed' | 'rules'>): void {
  const { status } = subscription;
  if (status === 'SUSPENDED' || subscription.suspensionReasons.length > 0) {
    throw precondition('The subscription is suspended. Activate it first.');
  }
  if (hasEnded(subscription)) throw precondition('The subscription has ended.');
  draft.warnIf(
    status !== 'ACTIVE',
    'VENDOR_DECIDES',
    `Google decides whether a subscription with the status ${status} can be changed.`,
  );
}

/** Google Vault and Drive storage must be cancelled before their Workspace subscription is suspended. */
const addOns = new Set(['Google-Vault', 'Google-Drive-storage']);

export function checkSuspension(checked: Checked): void {
  const { subscription, listed, rules, draft } = checked;
  requireActive(checked);
  const planName = planOf(subscription);
  if (isInTrial(subscription) || planName === 'TRIAL' || planName === 'FREE') {
    throw precondition('Only a paid subscription can be suspended.');
  }
  const addOn = listed.find(
    (other) => !hasEnded(other) && addOns.has(rules.productOf(other.skuId) ?? ''),
  );
  const isWorkspace = rules.sku(subscription.skuId)?.endsBy === 'TRANSFER_TO_DIRECT';
  if (addOn && isWorkspace) {
    throw precondition(`Cancel the add-on ${rules.nameOf(addOn.skuId)} before you suspend this.`);
  }
  draft
    .warn('CONSEQUENCE', 'The users of the subscription lose access.')
    .warn('CONSEQUENCE', 'Google may cancel the subscription after 60 days of suspension.')
    .warnIf(
      isAnnual(planName),
      'CONSEQUENCE',
      'The annual plan keeps its end date, and does not renew while it is suspended.',
    );
}

export function checkActivation({ subscription, draft }: Checked): void {
  const { suspensionReasons, status, plan } = subscription;
  const others = suspensionReasons.filter((reason) => reason !== 'RESELLER_INITIATED');
  if (hasEnded(subscription)) throw precondition('The subscription has ended.');
  if (status === 'SUSPENDED' && suspensionReasons.length === 0) {
    draft.warn('VENDOR_DECIDES', 'Google does not say why the subscription is suspended.');
  } else if (others.length === suspensionReasons.length) {
    throw precondition('The subscription is not suspended by the reseller.');
  }
  const end = plan?.commitmentInterval?.endTime ?? null;
  const isOver = end !== null && end.getTime() <= Date.now();
  draft
    .warnIf(
      others.length > 0,
      'CONSEQUENCE',
      `The subscription stays suspended: ${others.join(', ')}. Only Google or the customer can end that.`,
    )
    .warnIf(isOver, 'CONSEQUENCE', 'The commitment is over, so a new annual commitment begins.');
}

export function checkPaidService(checked: Checked): void {
  requireActive(checked);
  const { subscription, draft } = checked;
  if (!isInTrial(subscription)) throw precondition('The subscription is not in a trial.');
  const planName = planOf(subscription);
  if (planName === 'TRIAL') {
    throw precondition('No plan is assigned. Use changeSubscriptionPlan first.');
  }
  draft
    .warnIf(planName === null, 'VENDOR_DECIDES', 'Google decides whether a plan is assigned.')
    .warn('CONSEQUENCE', 'The trial ends at once, and billing begins.')
    .warnIf(isAnnual(planName), 'CONSEQUENCE', 'A commitment for one year begins.');
}

export function checkPlanChange(checked: Checked, wanted: string): void {
  requireActive(checked);
  const { subscription, rules, draft } = checked;
  const present = planOf(subscription);
  if (wanted === 'TRIAL' || wanted === 'FREE') {
    throw invalid('planName', `a plan cannot be changed to ${wanted}`);
  }
  const { skuId } = subscription;
  rules.checkPlan({ skuId, planName: wanted, seats: null, isTrial: false }, draft);
  const isCommitment = isAnnual(wanted) && !isInTrial(subscription);
  draft.warnIf(isCommitment, 'CONSEQUENCE', 'A commitment for one year begins.');
  if (isInTrial(subscription)) {
    draft.warn('CONSEQUENCE', 'The plan is assigned now and begins when the trial ends.');
    return;
  }
  if (present === null) draft.warn('VENDOR_DECIDES', 'Google does not say which plan there is.');
  if (isAnnual(present)) throw precondition('An annual plan cannot be changed.');
  const isKnown = ['FLEXIBLE', 'FREE', 'TRIAL'].some((name) => name === present);
  if (isKnown && (present !== 'FLEXIBLE' || wanted === 'FLEXIBLE')) {
    throw invalid('planName', `${planText(present)} cannot be changed to ${wanted}`);
  }
  draft.warnIf(
    present !== null && !isKnown,
    'VENDOR_DECIDES',
    `Google decides whether the plan ${present} can be changed.`,
  );
}

export function checkRenewalChange(checked: Checked, renewalType: string): void {
  requireActive(checked);
  const { subscription, rules, draft } = checked;
  const planName = planOf(subscription);
  rules.checkRenewal(renewalType, draft);
  if (planName === null) {
    draft.warn('VENDOR_DECIDES', 'Google does not say which plan there is.');
  } else if (!isAnnual(planName)) {
    throw precondition('Only annual plans have renewal settings.');
  }
  draft.warnIf(
    renewalType === 'CANCEL',
    'CONSEQUENCE',
    'The subscription is suspended when its commitment ends.',
  );
}
