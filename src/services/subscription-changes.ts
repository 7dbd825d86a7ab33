import type { ResellerClient } from '../backends/reseller/client.ts';
import { GatewayError } from '../domain/error.ts';
import type {
  DeletionType,
  PlanInput,
  SeatsInput,
  SubscriptionKey,
  SubscriptionOrder,
} from '../domain/order.ts';
import type { ResellerSubscription } from '../domain/subscription.ts';
import { authorize } from './authorize.ts';
import type { Loaders } from './loaders.ts';
import type { RequestScope } from './scope.ts';
import type { SubscriptionService } from './subscriptions.ts';

/** What a subscription goes by for good: its own id changes. */
export interface SubscriptionTarget {
  readonly customerId: string;
  readonly skuId: string;
}

/**
 * Changes of subscriptions. Each finds the id that the subscription has now, and gives the new state
 * from the backend's answer. All throw GatewayError; NOT_FOUND when there is no such subscription.
 */
export interface SubscriptionChanges {
  order(order: SubscriptionOrder): Promise<ResellerSubscription>;
  /** All in one batch; each with its own result, in their order. */
  transfer(orders: readonly SubscriptionOrder[]): Promise<(ResellerSubscription | GatewayError)[]>;
  activate(target: SubscriptionTarget): Promise<ResellerSubscription>;
  suspend(target: SubscriptionTarget): Promise<ResellerSubscription>;
  startPaidService(target: SubscriptionTarget): Promise<ResellerSubscription>;
  changePlan(target: SubscriptionTarget, plan: PlanInput): Promise<ResellerSubscription>;
  /** @param seats the total; it goes into the field that the subscription's plan counts in */
  changeSeats(target: SubscriptionTarget, seats: number): Promise<ResellerSubscription>;
  changeRenewalSettings(
    target: SubscriptionTarget,
    renewalType: string,
  ): Promise<ResellerSubscription>;
  /** Ends subscriptions of one customer, several in one batch. */
  delete(targets: readonly SubscriptionTarget[], type: DeletionType): Promise<void>;
}

/** Annual plans count seats in a field of their own; all others have a maximum. */
export function seatsFor(planName: string | null, seats: number): SeatsInput {
  return planName?.startsWith('ANNUAL')
    ? { numberOfSeats: seats }
    : { maximumNumberOfSeats: seats };
}

export function createSubscriptionChanges(
  reseller: ResellerClient,
  subscriptions: SubscriptionService,
  loaders: Loaders,
  scope: RequestScope,
): SubscriptionChanges {
  /** Sends a write; what this request has read of subscriptions may be wrong after it. */
  async function write<T>(send: () => Promise<T>): Promise<T> {
    authorize(scope.viewer, 'WRITE');
    try {
      return await send();
    } finally {
      forget();
    }
  }

  function forget(): void {
    loaders.subscription.clearAll();
    loaders.subscriptionPage.clearAll();
  }

  async function find({ customerId, skuId }: SubscriptionTarget): Promise<ResellerSubscription> {
    const found = await subscriptions.bySku(customerId, skuId);
    if (found) return found;
    throw new GatewayError('NOT_FOUND', 'There is no such subscription.');
  }

  async function change<T>(
    target: SubscriptionTarget,
    send: (key: SubscriptionKey, now: ResellerSubscription) => Promise<T>,
  ): Promise<T> {
    const found = await find(target);
    try {
      return await write(() => send(keyOf(found), found));
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'NOT_FOUND') throw error;
      // It was changed between the look and the write, and has another id now.
      const moved = await find(target);
      if (moved.subscriptionId === found.subscriptionId) throw error;
      return write(() => send(keyOf(moved), moved));
    }
  }

  return {
    order: (order) => write(() => reseller.insertSubscription(order, scope)),
    transfer: (orders) => write(() => reseller.insertSubscriptions(orders, scope)),
    activate: (target) => change(target, (key) => reseller.activateSubscription(key, scope)),
    suspend: (target) => change(target, (key) => reseller.suspendSubscription(key, scope)),
    startPaidService: (target) => change(target, (key) => reseller.startPaidService(key, scope)),
    changePlan: (target, plan) => change(target, (key) => reseller.changePlan(key, plan, scope)),
    changeSeats: (target, seats) =>
      change(target, (key, { plan }) =>
        reseller.changeSeats(key, seatsFor(plan?.planName ?? null, seats), scope),
      ),
    changeRenewalSettings: (target, renewalType) =>
      change(target, (key) => reseller.changeRenewalSettings(key, renewalType, scope)),
    async delete([first, ...more], deletionType) {
      if (!first) return;
      if (more.length === 0) {
        const remove = (key: SubscriptionKey) =>
          reseller.deleteSubscription({ ...key, deletionType }, scope);
        return change(first, remove);
      }
      const found = await Promise.all([first, ...more].map(find));
      const deletions = found.map((subscription) => ({ ...keyOf(subscription), deletionType }));
      const results = await write(() => reseller.deleteSubscriptions(deletions, scope));
      for (const result of results) if (result) throw result;
    },
  };
}

function keyOf({ customerId, subscriptionId }: ResellerSubscription): SubscriptionKey {
  return { customerId, subscriptionId };
}
