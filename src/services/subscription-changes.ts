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

/** The stable key of a subscription, whose own id may change. */
export interface SubscriptionTarget {
  readonly customerId: string;
  readonly skuId: string;
}

/**
 * Changes subscriptions. Each method looks up the current subscription id and returns the state from
 * the backend's response.
 * @throws GatewayError NOT_FOUND when the subscription does not exist
 */
export interface SubscriptionChanges {
  order(order: SubscriptionOrder): Promise<ResellerSubscription>;
  /** Sends all orders in one batch. Returns one result per order, in order. */
  transfer(orders: readonly SubscriptionOrder[]): Promise<(ResellerSubscription | GatewayError)[]>;
  activate(target: SubscriptionTarget): Promise<ResellerSubscription>;
  suspend(target: SubscriptionTarget): Promise<ResellerSubscription>;
  startPaidService(target: SubscriptionTarget): Promise<ResellerSubscription>;
  changePlan(target: SubscriptionTarget, plan: PlanInput): Promise<ResellerSubscription>;
  /** @param seats the total */
  changeSeats(target: SubscriptionTarget, seats: number): Promise<ResellerSubscription>;
  changeRenewalSettings(
    target: SubscriptionTarget,
    renewalType: string,
  ): Promise<ResellerSubscription>;
  /** Ends subscriptions of one customer; several are sent in one batch. */
  delete(targets: readonly SubscriptionTarget[], type: DeletionType): Promise<void>;
}

/** Puts a total of seats into the field that the plan requires. */
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
  /** Clears the cached subscriptions even when the write fails, since it may have been applied. */
  async function write<T>(send: () => Promise<T>): Promise<T> {
    authorize(scope.viewer, 'WRITE');
    try {
      return await send();
    } finally {
      loaders.subscription.clearAll();
      loaders.subscriptionPage.clearAll();
    }
  }

  async function find({ customerId, skuId }: SubscriptionTarget): Promise<ResellerSubscription> {
    const found = await subscriptions.bySku(customerId, skuId);
    if (found) return found;
    throw new GatewayError('NOT_FOUND', 'The subscription was not found.');
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
      // A concurrent change may have replaced the subscription id after the lookup.
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
