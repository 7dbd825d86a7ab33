import { isManagedElsewhere, type ResellerCustomer } from '../../domain/customer.ts';
import { GatewayError } from '../../domain/error.ts';
import type { SubscriptionOrder } from '../../domain/order.ts';
import { type Plan, PlanDraft, type PlannedObject } from '../../domain/plan.ts';
import type { ResellerSubscription } from '../../domain/subscription.ts';
import { hasEnded } from '../../domain/subscription-target.ts';
import {
  invalid,
  isAnnual,
  notFound,
  planText,
  precondition,
  type SkuRules,
  seatField,
  totalOf,
} from './rules.ts';
import { isInTrial, planOf } from './state-checks.ts';

/** The customer of an order as just read, and its subscriptions that have not ended. */
export interface Buyer {
  readonly customer: ResellerCustomer;
  readonly held: readonly ResellerSubscription[];
}

/** @throws GatewayError NOT_FOUND, or FORBIDDEN when another reseller or Google manages the customer */
export function requireManaged(customer: ResellerCustomer | null): ResellerCustomer {
  if (!customer) throw notFound('The customer was not found in the reseller API.');
  if (!isManagedElsewhere(customer)) return customer;
  const message = 'Another reseller or Google manages the customer.';
  throw new GatewayError('FORBIDDEN', message, { service: 'reseller', nothingSent: true });
}

/**
 * Plans an order that buys a subscription or switches one to another SKU.
 * @throws GatewayError as the order itself would, where Google documents the rule
 */
export function planOrder(order: SubscriptionOrder, buyer: Buyer, rules: SkuRules): Plan {
  const { subscription } = order;
  const draft = new PlanDraft();
  checkItem(order, rules, draft);
  checkEligible(order, buyer, rules);
  const name = `${rules.nameOf(subscription.skuId)} for ${nameOf(buyer.customer)}`;
  const source = order.action === 'switch' ? planSwitch(order, buyer, rules, draft) : null;
  if (!source) warnOfPurchase(order, buyer, rules, draft);
  addItem(order, { type: 'ResellerSubscription', target: null }, draft);
  return draft.done(
    source ? `Switches ${rules.nameOf(source.skuId)} to ${name}.` : `Buys ${name}.`,
  );
}

export function nameOf({ customerDomain, customerId }: ResellerCustomer): string {
  return customerDomain ?? customerId;
}

/** Checks one ordered subscription against what its SKU allows. `prefix` is that of its fields. */
export function checkItem(
  { subscription }: SubscriptionOrder,
  rules: SkuRules,
  draft: PlanDraft,
  prefix = '',
): void {
  const { skuId, planName, seats, renewalType, dealCode } = subscription;
  const isTrial = planName === 'TRIAL';
  const wanted = { skuId, planName, seats: totalOf(seats), isTrial };
  rules.checkPlan(wanted, draft, prefix);
  rules.checkSeats(wanted, draft, prefix);
  if (renewalType !== undefined) rules.checkRenewal(renewalType, draft, prefix);
  draft
    .warnIf(
      dealCode !== undefined,
      'VENDOR_DECIDES',
      'Google decides whether the deal code is valid.',
      `${prefix}dealCode`,
    )
    .warnIf(isAnnual(planName), 'CONSEQUENCE', 'A commitment for one year begins.')
    .warnIf(
      isAnnual(planName) && renewalType === undefined,
      'CONSEQUENCE',
      'The renewal type is the default of the SKU. Set renewalType to choose it.',
      `${prefix}renewalSettings.renewalType`,
    );
}

/** Email-verified teams can buy Essentials editions only. */
const essentials = /^101006\d{4}$/;

function checkEligible(
  { subscription: { skuId, planName } }: SubscriptionOrder,
  { customer, held }: Buyer,
  rules: SkuRules,
): void {
  if (customer.customerType === 'team' && rules.sku(skuId) && !essentials.test(skuId)) {
    throw precondition('A team customer can only buy Essentials editions.');
  }
  if (planName === 'TRIAL' && held.some(({ trialSettings }) => trialSettings !== null)) {
    throw precondition('The customer has already had a trial.');
  }
  const hasBasic = held.some((other) => other.skuId === 'Google-Apps-For-Business');
  if (skuId === 'Google-Vault' && !hasBasic) {
    throw precondition('Google Vault requires a subscription of G Suite Basic.');
  }
}

function warnOfPurchase(
  { subscription: { skuId, planName } }: SubscriptionOrder,
  { held }: Buyer,
  rules: SkuRules,
  draft: PlanDraft,
): void {
  const product = rules.productOf(skuId);
  const same = held.find((other) => other.skuId === skuId);
  const sibling = held.find((other) => product && rules.productOf(other.skuId) === product);
  draft
    .warnIf(
      same !== undefined,
      'VENDOR_DECIDES',
      'Google decides whether a customer can have two subscriptions of one SKU.',
      'skuId',
    )
    .warnIf(
      !same && sibling !== undefined,
      'VENDOR_DECIDES',
      `The customer has ${rules.nameOf(sibling?.skuId ?? '')} of the same product; Google decides whether it can have both. To replace it, use the action SWITCH.`,
      'skuId',
    )
    .warnIf(
      planName === 'TRIAL',
      'VENDOR_DECIDES',
      'A customer can have one trial. Google decides: an earlier one may not be visible.',
      'plan.planName',
    )
    .warnIf(
      held.length === 0,
      'CONSEQUENCE',
      "The subscription may be suspended until the customer's administrator accepts the terms.",
    );
}

/** Checks the subscription to replace, and plans its end. */
function planSwitch(
  { customerId, sourceSkuId = '', subscription: { skuId, planName, seats } }: SubscriptionOrder,
  { held }: Buyer,
  rules: SkuRules,
  draft: PlanDraft,
): ResellerSubscription {
  const source = held.find((other) => other.skuId === sourceSkuId);
  if (!source) throw invalid('sourceSkuId', 'the customer has no subscription of this SKU');
  const products = [rules.productOf(sourceSkuId), rules.productOf(skuId)];
  if (products.every((id) => id !== null) && products[0] !== products[1]) {
    throw invalid('sourceSkuId', 'a subscription can only switch to an SKU of the same product');
  }
  if (source.status === 'SUSPENDED' || source.suspensionReasons.length > 0) {
    throw precondition('The subscription to replace is suspended.');
  }
  const isCommitted = isAnnual(planOf(source)) && !isInTrial(source);
  if (isCommitted && planOf(source) === 'ANNUAL_YEARLY_PAY') {
    throw precondition('An annual plan with yearly payment cannot be switched directly.');
  }
  const decides: readonly (readonly [boolean, string])[] = [
    [isCommitted, 'Google refuses a downgrade of an annual plan before its renewal.'],
    [
      held.some((other) => other.skuId === skuId),
      'Google decides whether a customer can have two subscriptions of one SKU.',
    ],
    [products.includes(null), 'Google decides whether both SKUs belong to the same product.'],
  ];
  for (const [applies, message] of decides) {
    draft.warnIf(applies, 'VENDOR_DECIDES', message, 'skuId');
  }
  const licensed = source.seats?.licensedNumberOfSeats ?? 0;
  draft.warnIf(
    (totalOf(seats) ?? licensed) < licensed,
    'VENDOR_DECIDES',
    `${licensed} licences are assigned, more than the seats that are ordered.`,
    seatField(planName),
  );
  draft.warn('CONSEQUENCE', `The subscription of ${rules.nameOf(sourceSkuId)} ends.`);
  const target = { customerId, skuId: sourceSkuId, subscriptionId: null };
  const ended = { before: source.status, after: 'CANCELLED' };
  draft.change({ type: 'ResellerSubscription', target }, 'status', 'The status', ended);
  return source;
}

/** Adds the fields of a subscription that is ordered. */
export function addItem(
  { subscription }: SubscriptionOrder,
  object: PlannedObject,
  draft: PlanDraft,
): void {
  const { skuId, planName, seats, renewalType = null, purchaseOrderId = null } = subscription;
  const fields = [
    ['skuId', 'The SKU', skuId],
    ['plan.planName', 'The plan', planText(planName)],
    [`seats.${seatField(planName)}`, 'The number of seats', totalOf(seats)],
    ['renewalSettings.renewalType', 'The renewal type', renewalType],
    ['purchaseOrderId', 'The purchase order id', purchaseOrderId],
  ] as const;
  for (const [path, label, after] of fields)
    draft.change(object, path, label, { before: null, after });
}

export function heldOf(listed: readonly ResellerSubscription[]): ResellerSubscription[] {
  return listed.filter((subscription) => !hasEnded(subscription));
}
