import { z } from 'zod';
import type { ResellerSubscription } from '../../domain/subscription.ts';
import { findTarget, hasEnded, type SubscriptionTarget } from '../../domain/subscription-target.ts';

/*
 * What was read before a write was sent, as it is stored: reading back compares with it. Times are
 * the vendor's, in milliseconds.
 */

const number = z.number().nullable();
const text = z.string().nullable();

const listedSubscription = z.object({
  subscriptionId: z.string(),
  skuId: z.string(),
  creationTime: number,
  hasEnded: z.boolean(),
});
export type ListedSubscription = z.infer<typeof listedSubscription>;

/** The customer's subscriptions of the SKUs that an order or a transfer concerns. */
export const listSnapshot = z.array(listedSubscription);
export type ListSnapshot = z.infer<typeof listSnapshot>;

const subscriptionState = z.object({
  status: text,
  suspensionReasons: z.array(z.string()),
  planName: text,
  numberOfSeats: number,
  maximumNumberOfSeats: number,
  isInTrial: z.boolean(),
  renewalType: text,
  purchaseOrderId: text,
});
/** The part of a subscription that the mutations change. */
export type SubscriptionState = z.infer<typeof subscriptionState>;

/** A target and its state; `subscription` is null when it was not found. */
export const targetSnapshot = z.object({
  subscription: z.object({ subscriptionId: z.string(), state: subscriptionState }).nullable(),
  /** Ids of the customer's other subscriptions of the SKU. */
  siblings: z.array(z.string()),
});
export type TargetSnapshot = z.infer<typeof targetSnapshot>;

/** One per target of the request. */
export const targetSnapshots = z.array(targetSnapshot);

/** A customer before it is changed: the fields that the request sends, by path. */
export const customerSnapshot = z.object({
  /** Full is false for a customer that another reseller or Google manages; null when not found. */
  isFull: z.boolean().nullable(),
  fields: z.record(z.string(), text),
});
export type CustomerSnapshot = z.infer<typeof customerSnapshot>;

export function snapshotOfList(
  subscriptions: readonly ResellerSubscription[],
  skuIds: readonly string[],
): ListSnapshot {
  return subscriptions
    .filter(({ skuId }) => skuIds.includes(skuId))
    .map((subscription) => ({
      subscriptionId: subscription.subscriptionId,
      skuId: subscription.skuId,
      creationTime: subscription.creationTime?.getTime() ?? null,
      hasEnded: hasEnded(subscription),
    }));
}

export function snapshotOfTarget(
  subscriptions: readonly ResellerSubscription[],
  target: SubscriptionTarget,
): TargetSnapshot {
  const found = findTarget(subscriptions, target);
  const others = subscriptions.filter(
    (other) => other.skuId === target.skuId && other.subscriptionId !== found?.subscriptionId,
  );
  return {
    subscription: found && { subscriptionId: found.subscriptionId, state: stateOf(found) },
    siblings: others.map(({ subscriptionId }) => subscriptionId),
  };
}

export function stateOf(subscription: ResellerSubscription): SubscriptionState {
  const { status, suspensionReasons, plan, seats, trialSettings } = subscription;
  return {
    status,
    suspensionReasons: suspensionReasons.toSorted(),
    planName: plan?.planName ?? null,
    numberOfSeats: seats?.numberOfSeats ?? null,
    maximumNumberOfSeats: seats?.maximumNumberOfSeats ?? null,
    isInTrial: trialSettings?.isInTrial ?? false,
    renewalType: subscription.renewalSettings?.renewalType ?? null,
    purchaseOrderId: subscription.purchaseOrderId,
  };
}

/**
 * Finds the subscription of a snapshot again, also under a new id: the only one of the SKU that was
 * not its sibling. `ambiguous` when there are several.
 */
export function findAgain(
  subscriptions: readonly ResellerSubscription[],
  skuId: string,
  { subscription, siblings }: TargetSnapshot,
): ResellerSubscription | null | 'ambiguous' {
  const candidates = subscriptions.filter((other) => other.skuId === skuId);
  const same = candidates.find((other) => other.subscriptionId === subscription?.subscriptionId);
  if (same) return same;
  const others = candidates.filter((other) => !siblings.includes(other.subscriptionId));
  if (others.length > 1) return 'ambiguous';
  return others[0] ?? null;
}
