import { isCustomerForbidden } from '../../backends/reseller/refusals.ts';
import { getCustomer, listSubscriptions } from '../../backends/reseller/single-reads.ts';
import type { CallScope } from '../../domain/call-scope.ts';
import { GatewayError } from '../../domain/error.ts';
import type { DeletionType } from '../../domain/order.ts';
import type { ResellerSubscription } from '../../domain/subscription.ts';
import { findTarget, hasEnded, type SubscriptionTarget } from '../../domain/subscription-target.ts';
import type { WriteRecord } from '../../domain/write.ts';
import { NotCarriedOut } from '../not-carried-out.ts';
import type { ReadBack } from '../write-spec.ts';
import { withCurrentId } from './change-conduct.ts';
import { ended } from './change-verdicts.ts';
import { conductOf, type ResellerWriteDeps } from './conduct.ts';
import { targetsOf } from './current.ts';
import { snapshotOfCustomer } from './customer-verdicts.ts';
import { AnsweredParts, combine, type PartResult } from './parts.ts';
import { type DeletionRequest, deletionRequest } from './requests.ts';
import { findAgain, type TargetSnapshot, targetSnapshots } from './snapshots.ts';
import { aboutState } from './state-refusals.ts';
import { done, UNCLEAR } from './verdict.ts';

/** The customer's subscriptions, or that this reseller has no access to them any more. */
type CustomerRead = readonly ResellerSubscription[] | 'forbidden';

/**
 * Ends subscriptions of one customer; several in one batch, as the API requires. Its answer has one
 * result per target: null when the subscription ended.
 */
export function deletionConduct(deps: ResellerWriteDeps) {
  const { reseller } = deps;
  const answered = new AnsweredParts<null>();

  return conductOf(deps, {
    request: deletionRequest,
    snapshot: targetSnapshots,
    async attempt({ record: { id }, request, snapshot }, scope) {
      const deletionType = deletionTypes[request.mutation];
      const [target, ...others] = request.targets;
      const [before] = snapshot;
      if (!target || !before || others.length > 0) {
        return answered.send(id, () => deleteAll(request, snapshot, scope));
      }
      await withCurrentId(deps, target, before, scope, (key) =>
        aboutState(request.mutation, before, () =>
          reseller.deleteSubscription({ ...key, deletionType }, scope),
        ),
      );
      return [null];
    },
    async readBack({ record: { id }, request, snapshot, isConclusive }, scope) {
      const read = await readCustomer(request, scope);
      const parts = request.targets.map((target, index): ReadBack<PartResult<null>> => {
        const answer = answered.get(id, index);
        if (answer !== undefined) return done(answer);
        const before = snapshot[index];
        if (!before?.subscription) return UNCLEAR;
        return ended(request.mutation, before.subscription.state, endRead(read, target, before));
      });
      return combine(parts, isConclusive);
    },
    async current(record, scope) {
      const targets = targetsOf(record);
      if (targets.length <= 1) return targets.map(() => null);
      const read = await readSubscriptions(targets, scope);
      if (read === 'forbidden') return targets.map(() => null);
      return targets.map((target) => stillThere(findTarget(read, target), record));
    },
  });

  /** Ids can repeat: the owner of a SKU can be addressed in two ways. */
  async function deleteAll(
    { mutation, targets }: DeletionRequest,
    snapshot: readonly TargetSnapshot[],
    scope: CallScope,
  ): Promise<PartResult<null>[]> {
    const deletionType = deletionTypes[mutation];
    const ids = snapshot.map(({ subscription }) => {
      if (subscription) return subscription.subscriptionId;
      const message = 'One of the subscriptions was not found; none was changed.';
      throw new GatewayError('NOT_FOUND', message, { nothingSent: true });
    });
    const customerId = targets[0]?.customerId ?? '';
    const unique = [...new Set(ids)];
    const results = await reseller.deleteSubscriptions(
      unique.map((subscriptionId) => ({ customerId, subscriptionId, deletionType })),
      scope,
    );
    return ids.map((id) => results[unique.indexOf(id)] ?? null);
  }

  async function readCustomer(
    { mutation, targets }: DeletionRequest,
    scope: CallScope,
  ): Promise<CustomerRead> {
    const customerId = targets[0]?.customerId ?? '';
    if (mutation === 'transferSubscriptionToDirect') {
      const customer = await getCustomer(reseller, customerId, scope).catch(forbidden);
      if (customer === 'forbidden') return customer;
      if (customer && !snapshotOfCustomer(customer, {}).isFull) return 'forbidden';
    }
    return readSubscriptions(targets, scope);
  }

  function readSubscriptions(
    [first]: readonly SubscriptionTarget[],
    scope: CallScope,
  ): Promise<CustomerRead> {
    return listSubscriptions(reseller, first?.customerId ?? '', scope).catch(forbidden);
  }
}

const deletionTypes = {
  cancelSubscription: 'cancel',
  transferSubscriptionToDirect: 'transfer_to_direct',
} as const satisfies Record<DeletionRequest['mutation'], DeletionType>;

function forbidden(error: unknown): 'forbidden' {
  if (isCustomerForbidden(error)) return 'forbidden';
  throw error;
}

function endRead(read: CustomerRead, { skuId }: SubscriptionTarget, before: TargetSnapshot) {
  return read === 'forbidden' ? read : (findAgain(read, skuId, before) ?? 'gone');
}

/** A subscription that was ordered after the write is another one. */
function stillThere(found: ResellerSubscription | null, { recordedAt }: WriteRecord) {
  if (!found || hasEnded(found)) return null;
  const isNew = found.creationTime !== null && found.creationTime > recordedAt;
  return isNew ? null : new NotCarriedOut();
}
