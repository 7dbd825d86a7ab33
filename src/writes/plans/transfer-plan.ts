import type { ResellerCustomer } from '../../domain/customer.ts';
import { GatewayError } from '../../domain/error.ts';
import type { SubscriptionOrder } from '../../domain/order.ts';
import { type Plan, PlanDraft } from '../../domain/plan.ts';
import type { ResellerSubscription } from '../../domain/subscription.ts';
import { addItem, checkItem, nameOf } from './order-plan.ts';
import { invalid, precondition, type SkuRules, seatField, totalOf } from './rules.ts';

/** The customer, and its subscriptions that can be transferred, as its token lists them. */
export interface Transferring {
  readonly customer: ResellerCustomer;
  readonly transferable: readonly ResellerSubscription[];
}

/** Reasons of a suspension that do not prevent a transfer. */
const allowedReasons = new Set([
  ...['PENDING_TOS_ACCEPTANCE', 'TRIAL_ENDED', 'RENEWAL_WITH_TYPE_CANCEL'],
]);

/**
 * Plans the transfer of subscriptions to this reseller.
 * @param isBatch whether each order has its own outcome, and its fields have its place as a prefix
 * @throws GatewayError as the mutation itself would when every order is refused
 */
export function planTransfer(
  orders: readonly SubscriptionOrder[],
  transferring: Transferring,
  rules: SkuRules,
  isBatch: boolean,
): Plan {
  const draft = new PlanDraft();
  const refusals = orders.map((order, index) => {
    const prefix = isBatch ? `subscriptions.${index}.` : '';
    try {
      checkOrder(order, orders, transferring, { rules, draft, prefix });
      addItem(order, { type: 'ResellerSubscription', target: null }, draft);
      return null;
    } catch (error) {
      if (error instanceof GatewayError) return error;
      throw error;
    }
  });
  const [first, ...others] = refusals.filter((refusal) => refusal !== null);
  if (first && others.length + 1 === orders.length) throw refusalOf(first, others.length > 0);
  refusals.forEach((refusal, index) => {
    if (!refusal) return;
    const { skuId = '' } = orders[index]?.subscription ?? {};
    const field = refusal.violations[0]?.field ?? `subscriptions.${index}`;
    const message = `${rules.nameOf(skuId)} would not be transferred: ${refusal.message}`;
    draft.warn('PARTLY_REFUSED', message, field);
  });
  const [only] = orders;
  const what =
    orders.length === 1 && only
      ? rules.nameOf(only.subscription.skuId)
      : `${orders.length} subscriptions`;
  return draft.done(`Transfers ${what} of ${nameOf(transferring.customer)} to this reseller.`);
}

interface Checks {
  readonly rules: SkuRules;
  readonly draft: PlanDraft;
  readonly prefix: string;
}

function checkOrder(
  order: SubscriptionOrder,
  orders: readonly SubscriptionOrder[],
  { transferable }: Transferring,
  { rules, draft, prefix }: Checks,
): void {
  checkItem(order, rules, draft, prefix);
  const { skuId, seats, planName } = order.subscription;
  const source = transferable.find((other) => other.skuId === skuId);
  if (!source) throw invalid(`${prefix}skuId`, 'the customer cannot transfer this SKU');
  const blocking = source.suspensionReasons.find((reason) => !allowedReasons.has(reason));
  if (blocking !== undefined) {
    throw precondition(`A subscription that is suspended for ${blocking} cannot be transferred.`);
  }
  const minimum = source.transferInfo?.minimumTransferableSeats ?? 0;
  if ((totalOf(seats) ?? 0) < minimum) {
    throw invalid(`${prefix}${seatField(planName)}`, `must be at least ${minimum} to transfer it`);
  }
  const ordered = new Set(orders.map(({ subscription }) => subscription.skuId));
  const left = transferable.filter(
    (other) => other.status === 'ACTIVE' && !ordered.has(other.skuId),
  );
  if (left.length === 0) return;
  const names = left.map((other) => rules.nameOf(other.skuId)).join(', ');
  throw precondition(
    `All active subscriptions must be transferred together with transferSubscriptions; missing: ${names}.`,
  );
}

/** As the mutation says it when no part of the batch was carried out. */
function refusalOf(first: GatewayError, areMore: boolean): GatewayError {
  if (!areMore) return first;
  return first.with({}, `None of the subscriptions would be transferred: ${first.message}`);
}
