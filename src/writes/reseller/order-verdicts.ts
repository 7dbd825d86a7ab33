import type { ResellerSubscription } from '../../domain/subscription.ts';
import { hasEnded, ownerOf } from '../../domain/subscription-target.ts';
import type { ReadBack } from '../write-spec.ts';
import type { ListedSubscription, ListSnapshot } from './snapshots.ts';
import { ABSENT, done, UNCLEAR } from './verdict.ts';

/** Done: the SKU has a new subscription, by id or by the vendor's own clock. */
export function bought(
  skuId: string,
  before: ListSnapshot,
  after: readonly ResellerSubscription[],
): ReadBack<ResellerSubscription> {
  const known = before.filter((other) => other.skuId === skuId);
  const newest = ownerOf(added(known, ofSku(after, skuId)));
  return newest ? done(newest) : ABSENT;
}

/** The subscriptions in `listed` that are not in `known`. All are of one SKU. */
export function added(
  known: ListSnapshot,
  listed: readonly ResellerSubscription[],
): ResellerSubscription[] {
  const lost = known.filter(({ subscriptionId }) => !has(listed, subscriptionId));
  const latest = Math.max(0, ...known.map(({ creationTime }) => creationTime ?? 0));
  return listed.filter((subscription) => {
    const createdAt = subscription.creationTime?.getTime() ?? null;
    if (createdAt !== null && createdAt > latest) return true;
    // An update replaces the id but not the creation time.
    const isRenamed = lost.some(({ creationTime }) => creationTime === createdAt);
    return !has(known, subscription.subscriptionId) && !isRenamed;
  });
}

/** Done: the customer holds the SKU that it switches to, and not the one that it switches from. */
export function switched(
  skus: { readonly skuId: string; readonly sourceSkuId: string },
  before: ListSnapshot,
  after: readonly ResellerSubscription[],
): ReadBack<ResellerSubscription> {
  const sources = before.filter((other) => other.skuId === skus.sourceSkuId && !other.hasEnded);
  if (sources.length === 0) return UNCLEAR;
  const live = after.filter((subscription) => !hasEnded(subscription));
  const targets = ofSku(live, skus.skuId);
  const target = ownerOf(targets);
  if (target && ofSku(live, skus.sourceSkuId).length === 0) return done(target);
  const isUnchanged =
    sources.every(({ subscriptionId }) => has(live, subscriptionId)) &&
    targets.every(({ subscriptionId }) => has(before, subscriptionId));
  return isUnchanged ? ABSENT : UNCLEAR;
}

/**
 * Done: this reseller lists a subscription without the transfer token that it did not list before.
 * Its creation time says nothing: it may be the one that it had at the other reseller.
 */
export function transferredIn(
  skuId: string,
  before: ListSnapshot,
  after: readonly ResellerSubscription[],
): ReadBack<ResellerSubscription> {
  const listed = ofSku(after, skuId);
  const newest = ownerOf(listed.filter(({ subscriptionId }) => !has(before, subscriptionId)));
  return newest ? done(newest) : ABSENT;
}

function ofSku(subscriptions: readonly ResellerSubscription[], skuId: string) {
  return subscriptions.filter((subscription) => subscription.skuId === skuId);
}

function has(list: readonly Pick<ListedSubscription, 'subscriptionId'>[], id: string): boolean {
  return list.some(({ subscriptionId }) => subscriptionId === id);
}
