import type { ResellerSubscription } from '../../domain/subscription.ts';
import { invalid, isAnnual, seatField } from './rules.ts';
import { type Checked, isInTrial, planOf, requireActive } from './state-checks.ts';

/** The seats in the field that the plan uses; null when the API does not return them. */
export function presentSeats({ seats, plan }: ResellerSubscription): number | null {
  const annual = isAnnual(plan?.planName ?? null);
  return (annual ? seats?.numberOfSeats : seats?.maximumNumberOfSeats) ?? null;
}

/**
 * The seats of a subscription after a change.
 * @param planName the plan after the change
 * @throws GatewayError BAD_USER_INPUT when they are fewer than the licensed users, or too many
 */
export function checkTotal(
  { subscription, rules, draft }: Checked,
  planName: string | null,
  { seats, isTrial }: { readonly seats: number; readonly isTrial: boolean },
): void {
  const licensed = subscription.seats?.licensedNumberOfSeats ?? 0;
  const field = seatField(planName);
  if (seats < licensed) {
    throw invalid(field, `must be at least ${licensed}, the number of licensed users`);
  }
  const { skuId } = subscription;
  rules.checkSeats({ skuId, planName: planName ?? '', seats, isTrial }, draft);
}

export function checkSeatChange(checked: Checked, seats: number): void {
  requireActive(checked);
  const { subscription, draft } = checked;
  const planName = planOf(subscription);
  const isTrial = isInTrial(subscription) || planName === 'TRIAL';
  if (planName === null) draft.warn('VENDOR_DECIDES', 'Google does not say which plan there is.');
  checkTotal(checked, planName, { seats, isTrial });
  const present = presentSeats(subscription) ?? 0;
  if (isAnnual(planName) && !isTrial && seats < present) {
    const reason = 'the seats of an annual plan can only grow before its renewal';
    throw invalid('numberOfSeats', `must be at least ${present}: ${reason}`);
  }
  draft.warnIf(
    isAnnual(planName) && !isTrial && seats > present,
    'CONSEQUENCE',
    'The seats cannot be reduced before the renewal of the annual plan.',
  );
}
