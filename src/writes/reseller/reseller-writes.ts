import { getCustomer, listSubscriptions } from '../../backends/reseller/single-reads.ts';
import type { CallScope } from '../../domain/call-scope.ts';
import type { BillingCustomerKey } from '../../domain/customer.ts';
import type { SubscriptionOrder } from '../../domain/order.ts';
import type { WriteMutation, WriteTarget } from '../../domain/write.ts';
import { createResellerPlans, orderedCustomer } from '../plans/reseller-plans.ts';
import type { Conduct, WriteSpec } from '../write-spec.ts';
import * as audit from './audit-input.ts';
import { changeConduct } from './change-conduct.ts';
import type { ResellerWriteDeps } from './conduct.ts';
import { orderCustomerConduct, updateCustomerConduct } from './customer-conducts.ts';
import { snapshotOfCustomer } from './customer-verdicts.ts';
import { deletionConduct } from './deletion-conduct.ts';
import { orderConduct, orderSnapshot } from './order-conduct.ts';
import type {
  ChangeRequest,
  DeletionRequest,
  OrderCustomerRequest,
  UpdateCustomerRequest,
  WatchRequest,
} from './requests.ts';
import { snapshotOfTarget } from './snapshots.ts';
import { transferConduct } from './transfer-conduct.ts';
import { watchConduct } from './watch-conduct.ts';

export type ResellerWrites = ReturnType<typeof createResellerWrites>;

/** The writes of the reseller API, for the write engine. */
export function createResellerWrites(deps: ResellerWriteDeps) {
  const { reseller } = deps;
  const conducts = {
    orderCustomer: orderCustomerConduct(deps),
    updateCustomer: updateCustomerConduct(deps),
    order: orderConduct(deps),
    transfer: transferConduct(deps),
    change: changeConduct(deps),
    end: deletionConduct(deps),
    watch: watchConduct(deps),
  };
  const plans = createResellerPlans(deps);
  const specOf = <T>(write: Omit<WriteSpec<T, T>, 'linkTo' | 'check' | 'ready'>) => ({
    ...write,
    ...{ linkTo: null, check: null, ready: (scope: CallScope) => reseller.ready(scope) },
  });

  return {
    /**
     * @param owner the billing customer that the record names, so that its reseller's viewers see it
     * @param linkTo the billing customer that the new customer is linked to afterwards, for a dry run
     */
    orderCustomer(
      request: Omit<OrderCustomerRequest, 'mutation'>,
      owner?: BillingCustomerKey | null,
      linkTo: BillingCustomerKey | null = null,
    ) {
      const { customer } = request;
      const domain = customer.customerDomain.toLowerCase();
      return specOf({
        mutation: 'orderCustomer',
        target: { ...targetOf(domain), ...owner },
        serialiseOn: serialised('customer', domain),
        request: { mutation: 'orderCustomer', ...request },
        input: audit.customerOrder(request),
        conduct: conducts.orderCustomer,
        plan: (scope) => plans.orderCustomer(request, linkTo, scope),
        snapshot: async (scope) =>
          snapshotOfCustomer(await orderedCustomer(reseller, domain, scope), customer),
      });
    },
    updateCustomer(request: Omit<UpdateCustomerRequest, 'mutation'>) {
      const { customerId, changes } = request;
      return specOf({
        mutation: 'updateCustomer',
        target: targetOf(customerId),
        serialiseOn: serialised('customer', customerId),
        request: { mutation: 'updateCustomer', ...request },
        input: audit.customerUpdate(request),
        conduct: conducts.updateCustomer,
        plan: (scope) => plans.updateCustomer(request, scope),
        snapshot: async (scope) =>
          snapshotOfCustomer(await getCustomer(reseller, customerId, scope), changes),
      });
    },
    orderSubscription(order: SubscriptionOrder) {
      const { customerId, subscription } = order;
      return specOf({
        mutation: 'orderSubscription',
        target: targetOf(customerId, subscription.skuId),
        serialiseOn: serialised('subscription', customerId, subscription.skuId),
        request: { mutation: 'orderSubscription', order },
        input: audit.subscriptionOrder(order),
        conduct: conducts.order,
        plan: (scope) => plans.order(order, scope),
        snapshot: (scope) => orderSnapshot(deps, [order], scope),
      });
    },
    /** @param orders of one customer, at least one */
    transferSubscriptions(orders: readonly SubscriptionOrder[]) {
      const customerId = orders[0]?.customerId ?? '';
      return specOf({
        mutation: 'transferSubscriptions',
        target: targetOf(customerId),
        serialiseOn: serialised('subscriptions', customerId),
        request: { mutation: 'transferSubscriptions', orders },
        input: { subscriptions: orders.map(audit.subscriptionOrder) },
        conduct: conducts.transfer,
        plan: (scope) => plans.transfer(orders, scope),
        snapshot: (scope) => orderSnapshot(deps, orders, scope),
      });
    },
    changeSubscription(request: ChangeRequest) {
      const { customerId, skuId } = request.target;
      return specOf({
        mutation: request.mutation,
        target: targetOf(customerId, skuId),
        serialiseOn: serialised('subscription', customerId, skuId),
        request,
        input: audit.subscriptionChange(request),
        conduct: conducts.change,
        plan: (scope) => plans.change(request, scope),
        snapshot: async (scope) =>
          snapshotOfTarget(await listSubscriptions(reseller, customerId, scope), request.target),
      });
    },
    endSubscriptions(request: DeletionRequest) {
      const { mutation, targets } = request;
      const [first, ...others] = targets;
      const customerId = first?.customerId ?? '';
      const only = first && others.length === 0 ? first : null;
      return specOf({
        mutation,
        target: targetOf(customerId, only?.skuId),
        serialiseOn: only
          ? serialised('subscription', customerId, only.skuId)
          : serialised('subscriptions', customerId),
        request,
        input: audit.deletion(request),
        conduct: conducts.end,
        plan: (scope) => plans.end(request, scope),
        async snapshot(scope) {
          const listed = await listSubscriptions(reseller, customerId, scope);
          return targets.map((target) => snapshotOfTarget(listed, target));
        },
      });
    },
    changeWatch(request: WatchRequest) {
      const { mutation, serviceAccountEmailAddress } = request;
      return specOf({
        mutation,
        target: targetOf(null),
        serialiseOn: serialised('notifications', serviceAccountEmailAddress.toLowerCase()),
        request,
        input: audit.watch(request),
        conduct: conducts.watch,
        plan: (scope) => plans.watch(request, scope),
        snapshot: async () => null,
      });
    },
    /** The mutations with their conducts, to read back writes that no caller waits for. */
    conducts: new Map<WriteMutation, Conduct<unknown, unknown>>([
      ['orderCustomer', conducts.orderCustomer],
      ['updateCustomer', conducts.updateCustomer],
      ['orderSubscription', conducts.order],
      ['transferSubscriptions', conducts.transfer],
      ['activateSubscription', conducts.change],
      ['suspendSubscription', conducts.change],
      ['startPaidService', conducts.change],
      ['changeSubscriptionPlan', conducts.change],
      ['changeSubscriptionSeats', conducts.change],
      ['changeSubscriptionRenewalSettings', conducts.change],
      ['cancelSubscription', conducts.end],
      ['transferSubscriptionToDirect', conducts.end],
      ['registerNotifications', conducts.watch],
      ['unregisterNotifications', conducts.watch],
    ]),
  };
}

function targetOf(resellerCustomerId: string | null, skuId: string | null = null): WriteTarget {
  return { resellerId: null, customerId: null, resellerCustomerId, skuId };
}

function serialised(...parts: string[]): string {
  return JSON.stringify(['reseller', ...parts]);
}
