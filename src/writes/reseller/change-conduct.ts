import { listSubscriptions } from '../../backends/reseller/single-reads.ts';
import type { CallScope } from '../../domain/call-scope.ts';
import { GatewayError } from '../../domain/error.ts';
import type { SeatsInput, SubscriptionKey } from '../../domain/order.ts';
import type { ResellerSubscription } from '../../domain/subscription.ts';
import type { SubscriptionTarget } from '../../domain/subscription-target.ts';
import { changed, seatsOf } from './change-verdicts.ts';
import { conductOf, type ResellerWriteDeps } from './conduct.ts';
import { currentSubscription } from './current.ts';
import { type ChangeRequest, changeRequest } from './requests.ts';
import { findAgain, type TargetSnapshot, targetSnapshot } from './snapshots.ts';
import { aboutState } from './state-refusals.ts';
import { UNCLEAR } from './verdict.ts';

export function changeConduct(deps: ResellerWriteDeps) {
  const { reseller } = deps;

  return conductOf(deps, {
    request: changeRequest,
    snapshot: targetSnapshot,
    attempt: ({ request, snapshot }, scope) =>
      withCurrentId(deps, request.target, snapshot, scope, (key, planName) =>
        aboutState(request.mutation, snapshot, () =>
          send(withSeats(request, snapshot), key, planName, scope),
        ),
      ),
    async readBack({ request, snapshot }, scope) {
      const { customerId, skuId } = request.target;
      const listed = await listSubscriptions(reseller, customerId, scope);
      const after = findAgain(listed, skuId, snapshot);
      if (after === 'ambiguous' || !snapshot.subscription) return UNCLEAR;
      return changed(request, snapshot.subscription.state, after);
    },
    current: (record, scope) => currentSubscription(deps, record, scope),
  });

  function send(
    request: ChangeRequest,
    key: SubscriptionKey,
    planName: string | null,
    scope: CallScope,
  ): Promise<ResellerSubscription> {
    switch (request.mutation) {
      case 'activateSubscription':
        return reseller.activateSubscription(key, scope);
      case 'suspendSubscription':
        return reseller.suspendSubscription(key, scope);
      case 'startPaidService':
        return reseller.startPaidService(key, scope);
      case 'changeSubscriptionPlan':
        return reseller.changePlan(key, request.plan, scope);
      case 'changeSubscriptionSeats':
        return reseller.changeSeats(key, seatsFor(planName, request.seats), scope);
      case 'changeSubscriptionRenewalSettings':
        return reseller.changeRenewalSettings(key, request.renewalType, scope);
    }
  }
}

/**
 * A change of the plan that names no seats keeps their number, which the API requires in the request.
 * @throws GatewayError FAILED_PRECONDITION when the subscription has no number of seats
 */
export function withSeats(
  request: ChangeRequest,
  { subscription }: Pick<TargetSnapshot, 'subscription'>,
): ChangeRequest {
  if (request.mutation !== 'changeSubscriptionPlan' || !subscription) return request;
  const { plan } = request;
  if (plan.seats.numberOfSeats !== undefined || plan.seats.maximumNumberOfSeats !== undefined) {
    return request;
  }
  const { numberOfSeats, maximumNumberOfSeats } = subscription.state;
  const seats = seatsOf(subscription.state) ?? numberOfSeats ?? maximumNumberOfSeats;
  if (seats !== null)
    return { ...request, plan: { ...plan, seats: seatsFor(plan.planName, seats) } };
  const message = 'The subscription has no number of seats to keep. Set seats.';
  throw new GatewayError('FAILED_PRECONDITION', message, { nothingSent: true });
}

/** Puts a total of seats into the field that the plan requires. */
export function seatsFor(planName: string | null, seats: number): SeatsInput {
  return planName?.startsWith('ANNUAL')
    ? { numberOfSeats: seats }
    : { maximumNumberOfSeats: seats };
}

/**
 * Sends a change to the subscription id of the snapshot, and once more to its new id when it was
 * replaced meanwhile: NOT_FOUND means that the first call changed nothing.
 * @throws GatewayError NOT_FOUND when the subscription does not exist
 */
export async function withCurrentId<T>(
  { reseller }: Pick<ResellerWriteDeps, 'reseller'>,
  { customerId, skuId }: SubscriptionTarget,
  snapshot: TargetSnapshot,
  scope: CallScope,
  send: (key: SubscriptionKey, planName: string | null) => Promise<T>,
): Promise<T> {
  const { subscription } = snapshot;
  if (!subscription) {
    throw new GatewayError('NOT_FOUND', 'The subscription was not found.', { nothingSent: true });
  }
  const { subscriptionId } = subscription;
  try {
    return await send({ customerId, subscriptionId }, subscription.state.planName);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'NOT_FOUND') throw error;
    const listed = await listSubscriptions(reseller, customerId, scope).catch(() => []);
    const moved = findAgain(listed, skuId, snapshot);
    if (!moved || moved === 'ambiguous' || moved.subscriptionId === subscriptionId) throw error;
    const key = { customerId, subscriptionId: moved.subscriptionId };
    return send(key, moved.plan?.planName ?? null);
  }
}
