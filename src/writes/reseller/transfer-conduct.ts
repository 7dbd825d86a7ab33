import { listSubscriptions } from '../../backends/reseller/single-reads.ts';
import type { ResellerSubscription } from '../../domain/subscription.ts';
import { findTarget } from '../../domain/subscription-target.ts';
import { NotCarriedOut } from '../not-carried-out.ts';
import type { ReadBack } from '../write-spec.ts';
import { conductOf, type ResellerWriteDeps } from './conduct.ts';
import { targetsOf } from './current.ts';
import { transferredIn } from './order-verdicts.ts';
import { AnsweredParts, combine, type PartResult } from './parts.ts';
import { transferRequest } from './requests.ts';
import { listSnapshot } from './snapshots.ts';
import { done } from './verdict.ts';

/** Transfers several subscriptions in one batch. Its answer has one result per order, in order. */
export function transferConduct(deps: ResellerWriteDeps) {
  const { reseller } = deps;
  const answered = new AnsweredParts<ResellerSubscription>();

  return conductOf(deps, {
    request: transferRequest,
    snapshot: listSnapshot,
    attempt: ({ record: { id }, request }, scope) =>
      answered.send(id, () => reseller.insertSubscriptions(request.orders, scope)),
    async readBack({ record: { id }, request: { orders }, snapshot, isConclusive }, scope) {
      const listed = await listSubscriptions(reseller, orders[0]?.customerId ?? '', scope);
      const parts = orders.map(
        ({ subscription: { skuId } }, index): ReadBack<PartResult<ResellerSubscription>> => {
          const answer = answered.get(id, index);
          return answer ? done(answer) : transferredIn(skuId, snapshot, listed);
        },
      );
      return combine(parts, isConclusive);
    },
    async current(record, scope) {
      const customerId = record.target.resellerCustomerId ?? '';
      const listed = await listSubscriptions(reseller, customerId, scope);
      return targetsOf(record).map((target) => findTarget(listed, target) ?? new NotCarriedOut());
    },
  });
}
