import type { ResellerClient } from '../../backends/reseller/client.ts';
import { isRefused } from '../../backends/reseller/refusals.ts';
import {
  getCustomer,
  listSubscriptions,
  type ResellerReader,
} from '../../backends/reseller/single-reads.ts';
import type { CallScope } from '../../domain/call-scope.ts';
import type { Catalog } from '../../domain/catalog/catalog.ts';
import type { BillingCustomerKey, ResellerCustomer } from '../../domain/customer.ts';
import { GatewayError } from '../../domain/error.ts';
import type { SubscriptionOrder } from '../../domain/order.ts';
import type { Plan } from '../../domain/plan.ts';
import type {
  ChangeRequest,
  DeletionRequest,
  OrderCustomerRequest,
  UpdateCustomerRequest,
  WatchRequest,
} from '../reseller/requests.ts';
import { planChange } from './change-plan.ts';
import { planCustomerOrder, planCustomerUpdate } from './customer-plan.ts';
import { planDeletion } from './deletion-plan.ts';
import { heldOf, planOrder, requireManaged } from './order-plan.ts';
import { notFound, SkuRules } from './rules.ts';
import { planTransfer } from './transfer-plan.ts';
import { planWatch } from './watch-plan.ts';

export interface ResellerPlansDeps {
  readonly reseller: ResellerReader & Pick<ResellerClient, 'getWatchDetails' | 'invalidate'>;
  /** What is known about SKUs. A dry run refuses what it excludes; a mutation does not. */
  readonly catalog: Catalog;
}

/** Plans the writes of the Reseller API from its present state. */
export function createResellerPlans({ reseller, catalog }: ResellerPlansDeps) {
  const rules = new SkuRules(catalog);

  /** @param linkTo the billing customer that the new customer would be linked to */
  async function orderCustomer(
    request: Omit<OrderCustomerRequest, 'mutation'>,
    linkTo: BillingCustomerKey | null,
    scope: CallScope,
  ): Promise<Plan> {
    const present = await orderedCustomer(
      live(),
      request.customer.customerDomain.toLowerCase(),
      scope,
    );
    return planCustomerOrder(request, present, linkTo);
  }

  async function updateCustomer(
    request: Omit<UpdateCustomerRequest, 'mutation'>,
    scope: CallScope,
  ): Promise<Plan> {
    const present = await getCustomer(live(), request.customerId, scope);
    return planCustomerUpdate(request, present);
  }

  async function order(order: SubscriptionOrder, scope: CallScope): Promise<Plan> {
    if (order.action === undefined) return transfer([order], scope, false);
    const { customerId } = order;
    const found = await getCustomer(live(), customerId, scope);
    const customer = requireManaged(found);
    const listed = await listSubscriptions(reseller, customerId, scope);
    return planOrder(order, { customer, held: heldOf(listed) }, rules);
  }

  /** @param isBatch whether the orders are sent as the parts of one batch */
  async function transfer(
    orders: readonly SubscriptionOrder[],
    scope: CallScope,
    isBatch = true,
  ): Promise<Plan> {
    const { customerId = '', customerAuthToken } = orders[0] ?? {};
    const customer = await getCustomer(live(), customerId, scope);
    if (!customer) throw notFound('The customer was not found in the reseller API.');
    const transferable = await listSubscriptions(
      ...([reseller, customerId, scope, customerAuthToken] as const),
    );
    return planTransfer(orders, { customer, transferable }, rules, isBatch);
  }

  async function change(request: ChangeRequest, scope: CallScope): Promise<Plan> {
    const { customerId } = request.target;
    const listed = await listSubscriptions(live(), customerId, scope);
    return planChange(request, listed, rules);
  }

  async function end(request: DeletionRequest, scope: CallScope): Promise<Plan> {
    const customerId = request.targets[0]?.customerId ?? '';
    const listed = await listSubscriptions(live(), customerId, scope);
    return planDeletion(request, listed, rules);
  }

  async function watch(request: WatchRequest, scope: CallScope): Promise<Plan> {
    return planWatch(request, await live().getWatchDetails(scope));
  }

  /** A read that began before the dry run may miss a change that was made just before it. */
  function live(): ResellerPlansDeps['reseller'] {
    reseller.invalidate();
    return reseller;
  }

  return { orderCustomer, updateCustomer, order, transfer, change, end, watch };
}

/**
 * The customer at a domain that is ordered. Null also when the domain has several team customers,
 * which the API rejects.
 */
export function orderedCustomer(
  reseller: ResellerReader,
  domain: string,
  scope: CallScope,
): Promise<ResellerCustomer | null> {
  return getCustomer(reseller, domain, scope).catch((error: unknown) => {
    if (isRefused(error) && !isRetryable(error)) return null;
    throw error;
  });
}

function isRetryable(error: unknown): boolean {
  return error instanceof GatewayError && (error.retryable || error.nothingSent);
}
