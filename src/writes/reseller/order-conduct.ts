import { listSubscriptions } from '../../backends/reseller/single-reads.ts';
import type { CallScope } from '../../domain/call-scope.ts';
import { GatewayError } from '../../domain/error.ts';
import type { SubscriptionOrder } from '../../domain/order.ts';
import type { ResellerSubscription } from '../../domain/subscription.ts';
import type { ReadBack } from '../write-spec.ts';
import { conductOf, type ResellerWriteDeps } from './conduct.ts';
import { currentSubscription } from './current.ts';
import { added, bought, switched, transferredIn } from './order-verdicts.ts';
import { orderRequest } from './requests.ts';
import { type ListSnapshot, listSnapshot, snapshotOfList } from './snapshots.ts';
import { UNCLEAR } from './verdict.ts';

/** Reads the subscriptions of the SKUs that orders of one customer concern. */
export async function orderSnapshot(
  { reseller }: Pick<ResellerWriteDeps, 'reseller'>,
  orders: readonly SubscriptionOrder[],
  scope: CallScope,
): Promise<ListSnapshot> {
  const skuIds = orders.flatMap(({ subscription, sourceSkuId = [] }) =>
    [subscription.skuId].concat(sourceSkuId),
  );
  const customerId = orders[0]?.customerId ?? '';
  const isTransfer = orders.some(({ action }) => action === undefined);
  const listed = await listSubscriptions(reseller, customerId, scope).catch((error: unknown) => {
    // Another reseller or Google manages a customer that is about to be transferred.
    if (isTransfer && error instanceof GatewayError && error.code === 'FORBIDDEN') return [];
    throw error;
  });
  return snapshotOfList(listed, skuIds);
}

export function orderConduct(deps: ResellerWriteDeps) {
  const { reseller, store } = deps;

  return conductOf(deps, {
    request: orderRequest,
    snapshot: listSnapshot,
    async attempt({ request: { order }, snapshot }, scope) {
      if (order.action === 'buy') await requireUnchanged(order, snapshot, scope);
      return reseller.insertSubscription(order, scope);
    },
    async readBack({ record, request: { order }, snapshot }, scope) {
      const listed = await listSubscriptions(reseller, order.customerId, scope);
      const found = ordered(order, snapshot, listed);
      // The new subscription may be a later order's.
      const isOwn = found.type !== 'done' || !(await store.hasLater(record));
      return isOwn ? found : UNCLEAR;
    },
    current: (record, scope) => currentSubscription(deps, record, scope),
  });

  /**
   * A subscription that another write created between the snapshot and the record would later be
   * taken for this order's.
   */
  async function requireUnchanged(
    { customerId, subscription: { skuId } }: SubscriptionOrder,
    snapshot: ListSnapshot,
    scope: CallScope,
  ): Promise<void> {
    reseller.invalidate();
    const listed = await listSubscriptions(reseller, customerId, scope).catch((cause: unknown) => {
      throw notSent('The subscriptions of the customer could not be read', cause);
    });
    const known = snapshot.filter((other) => other.skuId === skuId);
    const sameSku = listed.filter((other) => other.skuId === skuId);
    if (added(known, sameSku).length > 0) {
      throw notSent('Another order of this SKU was just placed', null);
    }
  }
}

function notSent(problem: string, cause: unknown): GatewayError {
  return new GatewayError('UNAVAILABLE', `${problem}, so nothing was sent; try again.`, {
    ...{ service: 'reseller', retryable: true, nothingSent: true, cause },
  });
}

function ordered(
  { action, sourceSkuId, subscription: { skuId } }: SubscriptionOrder,
  before: ListSnapshot,
  after: readonly ResellerSubscription[],
): ReadBack<ResellerSubscription> {
  if (action === 'buy') return bought(skuId, before, after);
  if (sourceSkuId === undefined) return transferredIn(skuId, before, after);
  return switched({ skuId, sourceSkuId }, before, after);
}
