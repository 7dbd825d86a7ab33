import { GatewayError } from '../domain/error.ts';
import type { DeletionType, PlanInput, SubscriptionOrder } from '../domain/order.ts';
import type { Observed } from '../domain/portfolio.ts';
import type { ResellerSubscription } from '../domain/subscription.ts';
import type { SubscriptionTarget } from '../domain/subscription-target.ts';
import type { WriteAnswer } from '../domain/write.ts';
import type { ChangeRequest } from '../writes/reseller/requests.ts';
import type { WriteSpec } from '../writes/write-spec.ts';
import { authorizeMutation } from './authorize.ts';
import { runWrite, type ServiceSources, type Viewed } from './scope.ts';
import type { SubscriptionService } from './subscriptions.ts';

export { seatsFor } from '../writes/reseller/change-conduct.ts';

type Changed = WriteAnswer<ResellerSubscription>;

export type SubscriptionChanges = ReturnType<typeof createSubscriptionChanges>;

/**
 * Changes subscriptions. Each method looks up the current subscription id and returns the state from
 * the backend's response, or the present state when it replays an earlier write.
 * @throws GatewayError NOT_FOUND when the subscription does not exist
 * @throws OutcomeUnknown when the change may have been made
 */
export function createSubscriptionChanges(
  { writes, portfolio }: Pick<ServiceSources, 'writes' | 'portfolio'>,
  { access, loaders, resellerIds, scope }: Viewed,
  subscriptions: SubscriptionService,
) {
  /**
   * Clears the cached subscriptions even when the write fails, since it may have been applied.
   * @param observedIn what the answer says about the portfolio's rows
   */
  async function run<T>(
    spec: WriteSpec<T, T>,
    key: string | null,
    observedIn: (value: T) => readonly Observed[],
  ): Promise<WriteAnswer<T>> {
    authorizeMutation(scope.viewer, spec.mutation);
    try {
      const answer = await runWrite(writes, spec, scope, key);
      await portfolio.written(observedIn(answer.value), answer.write.id);
      return answer;
    } finally {
      loaders.subscription.clearAll();
      loaders.subscriptionPage.clearAll();
    }
  }

  /** @throws GatewayError NOT_FOUND when the viewer does not see the customer of the subscription */
  async function visible(target: SubscriptionTarget): Promise<SubscriptionTarget> {
    const customerId = await resellerIds.resolve(target.customerId);
    if (customerId !== null) return { ...target, customerId };
    throw new GatewayError('NOT_FOUND', 'The subscription was not found.');
  }

  function authorizeTransfer(mutation: string): void {
    authorizeMutation(scope.viewer, mutation);
    access.requireUnlinked();
  }

  async function change(given: ChangeRequest, key: string | null): Promise<Changed> {
    authorizeMutation(scope.viewer, given.mutation);
    const request = { ...given, target: await visible(given.target) };
    const { skuId, subscriptionId } = request.target;
    const answer = await run(writes.reseller.changeSubscription(request), key, (subscription) => [
      { type: 'subscription', subscription, isOwner: subscriptionId === null },
    ]);
    // The owner of a SKU stays its owner, whatever its id is now.
    const isOwner = subscriptionId === null && answer.value.skuId === skuId;
    if (isOwner) subscriptions.rememberOwner(answer.value);
    return answer;
  }

  return {
    async order(order: SubscriptionOrder, key: string | null): Promise<Changed> {
      if (order.customerAuthToken !== undefined) authorizeTransfer('orderSubscription');
      const answer = await run(writes.reseller.orderSubscription(order), key, observedOrder);
      const { customerId } = answer.value;
      // The subscription to the SKU that was switched from has ended.
      if (order.sourceSkuId !== undefined) await portfolio.reread(customerId, order.sourceSkuId);
      // The newest subscription of a SKU is its owner.
      if (order.action === 'buy' && !answer.replayed) subscriptions.rememberOwner(answer.value);
      return answer;
    },
    /**
     * Sends all orders in one batch. Returns one result per order, in order; throws when none of the
     * subscriptions was transferred.
     */
    async transfer(orders: readonly SubscriptionOrder[], key: string | null) {
      authorizeTransfer('transferSubscriptions');
      return run(writes.reseller.transferSubscriptions(orders), key, (results) =>
        results.flatMap((result) => (result instanceof GatewayError ? [] : observedOrder(result))),
      );
    },
    activate: (target: SubscriptionTarget, key: string | null) =>
      change({ mutation: 'activateSubscription', target }, key),
    suspend: (target: SubscriptionTarget, key: string | null) =>
      change({ mutation: 'suspendSubscription', target }, key),
    startPaidService: (target: SubscriptionTarget, key: string | null) =>
      change({ mutation: 'startPaidService', target }, key),
    changePlan: (target: SubscriptionTarget, plan: PlanInput, key: string | null) =>
      change({ mutation: 'changeSubscriptionPlan', target, plan }, key),
    /** @param seats the total */
    changeSeats: (target: SubscriptionTarget, seats: number, key: string | null) =>
      change({ mutation: 'changeSubscriptionSeats', target, seats }, key),
    changeRenewalSettings: (target: SubscriptionTarget, renewalType: string, key: string | null) =>
      change({ mutation: 'changeSubscriptionRenewalSettings', target, renewalType }, key),
    /**
     * Ends subscriptions of one customer, at least one; several are sent in one batch.
     * @returns one result per target, in order: null when it ended
     */
    async delete(given: readonly SubscriptionTarget[], type: DeletionType, key: string | null) {
      const mutation = type === 'cancel' ? 'cancelSubscription' : 'transferSubscriptionToDirect';
      authorizeMutation(scope.viewer, mutation);
      const targets = await Promise.all(given.map(visible));
      return run(writes.reseller.endSubscriptions({ mutation, targets }), key, (results) =>
        targets.flatMap(({ customerId, skuId, subscriptionId }, index): Observed[] =>
          // Only the owner of a SKU has a row.
          results[index] === null && subscriptionId === null
            ? [{ type: 'subscription-gone', customerId, skuId }]
            : [],
        ),
      );
    },
  };
}

/** The newest subscription to a SKU is its owner. */
function observedOrder(subscription: ResellerSubscription): readonly Observed[] {
  return [{ type: 'subscription', subscription, isOwner: true }];
}
