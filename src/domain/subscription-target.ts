import type { ResellerSubscription } from './subscription.ts';

/**
 * The stable key of a subscription, whose own id may change. Without a subscription id it belongs to
 * the owner of the SKU (`ownerOf`); every other subscription of the SKU is addressed by its own id.
 */
export interface SubscriptionTarget {
  readonly customerId: string;
  readonly skuId: string;
  /** Null for the owner of the SKU. */
  readonly subscriptionId: string | null;
}

/** A customer's subscriptions of one SKU, usually one. */
export type SubscriptionStock = Pick<SubscriptionTarget, 'customerId' | 'skuId'>;

/** Whether the subscription has ended; a suspended one has not. */
export function hasEnded({ status }: ResellerSubscription): boolean {
  return status === 'CANCELLED';
}

/**
 * The subscription that a customer id and SKU id stand for: one that has not ended before one that
 * has, then the newest by creation time. Does not depend on the order of `subscriptions`, which must
 * all be of one customer and SKU.
 */
export function ownerOf(
  subscriptions: readonly ResellerSubscription[],
): ResellerSubscription | null {
  return subscriptions.toSorted(byPrecedence)[0] ?? null;
}

/** Finds a target in the complete list of its customer's subscriptions. */
export function findTarget(
  subscriptions: readonly ResellerSubscription[],
  { skuId, subscriptionId }: Pick<SubscriptionTarget, 'skuId' | 'subscriptionId'>,
): ResellerSubscription | null {
  const candidates = subscriptions.filter((other) => other.skuId === skuId);
  if (subscriptionId === null) return ownerOf(candidates);
  return candidates.find((other) => other.subscriptionId === subscriptionId) ?? null;
}

function byPrecedence(a: ResellerSubscription, b: ResellerSubscription): number {
  const ended = Number(hasEnded(a)) - Number(hasEnded(b));
  if (ended !== 0) return ended;
  const age = createdAt(b) - createdAt(a);
  if (age !== 0) return age;
  return a.subscriptionId < b.subscriptionId ? 1 : -1;
}

function createdAt({ creationTime }: ResellerSubscription): number {
  return creationTime?.getTime() ?? 0;
}
