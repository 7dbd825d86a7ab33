import type { GatewayError } from '../../domain/error.ts';
import { type Plan, PlanDraft } from '../../domain/plan.ts';
import type { ResellerSubscription } from '../../domain/subscription.ts';
import { findTarget, hasEnded } from '../../domain/subscription-target.ts';
import type { DeletionRequest } from '../reseller/requests.ts';
import { invalid, notFound, precondition, type SkuRules } from './rules.ts';

/**
 * Plans the end of subscriptions of one customer.
 * @param listed all subscriptions of the customer, as just read
 * @throws GatewayError as the mutation itself would when every part is refused
 */
export function planDeletion(
  { mutation, targets }: DeletionRequest,
  listed: readonly ResellerSubscription[],
  rules: SkuRules,
): Plan {
  const draft = new PlanDraft();
  const isBatch = targets.length > 1;
  const found = targets.map((target) => findTarget(listed, target));
  if (found.includes(null)) {
    throw notFound(
      isBatch
        ? 'One of the subscriptions was not found; none would be changed.'
        : 'The subscription was not found.',
    );
  }
  const ending = found.filter((subscription) => subscription !== null);
  const refusals = ending.map((subscription, index) =>
    refusalOf(mutation, subscription, rules, isBatch ? `subscriptions.${index}.` : ''),
  );
  const first = refusals.find((refusal) => refusal !== null);
  if (first && !refusals.includes(null)) throw first;
  if (first) {
    // The mutation fails as well when only some of the subscriptions have ended.
    throw first.with({}, `Only some of the subscriptions would end: ${first.message}`);
  }
  targets.forEach((target, index) => {
    const values = { before: ending[index]?.status ?? null, after: 'CANCELLED' };
    draft.change({ type: 'ResellerSubscription', target }, 'status', 'The status', values);
  });
  warn(mutation, ending, listed, { rules, draft });
  const names = ending.map(({ skuId }) => rules.nameOf(skuId)).join(', ');
  const customer = ending[0]?.customerDomain ?? ending[0]?.customerId;
  return draft.done(
    mutation === 'cancelSubscription'
      ? `Cancels ${names} of ${customer}.`
      : `Transfers ${names} of ${customer} to Google.`,
  );
}

function refusalOf(
  mutation: DeletionRequest['mutation'],
  subscription: ResellerSubscription,
  rules: SkuRules,
  prefix: string,
): GatewayError | null {
  if (hasEnded(subscription)) return precondition('The subscription has ended.');
  const sku = rules.sku(subscription.skuId);
  const endsBy = mutation === 'cancelSubscription' ? 'CANCEL' : 'TRANSFER_TO_DIRECT';
  if (!sku || sku.endsBy === endsBy) return null;
  return invalid(
    `${prefix}deletionType`,
    endsBy === 'CANCEL' ? `${sku.name} cannot be cancelled` : `${sku.name} cannot be transferred`,
  );
}

interface Warned {
  readonly rules: SkuRules;
  readonly draft: PlanDraft;
}

function warn(
  mutation: DeletionRequest['mutation'],
  ending: readonly ResellerSubscription[],
  listed: readonly ResellerSubscription[],
  { rules, draft }: Warned,
): void {
  const endings = new Set(ending.map(({ subscriptionId }) => subscriptionId));
  const left = listed.filter(
    (other) =>
      !endings.has(other.subscriptionId) &&
      !hasEnded(other) &&
      rules.sku(other.skuId)?.endsBy === 'TRANSFER_TO_DIRECT',
  );
  const unknown = ending.filter(({ skuId }) => !rules.sku(skuId)).map(({ skuId }) => skuId);
  const isTransfer = mutation === 'transferSubscriptionToDirect';
  const names = left.map(({ skuId }) => rules.nameOf(skuId)).join(', ');
  draft
    .warn('VENDOR_DECIDES', 'Google refuses this when the customer has no administrator user.')
    .warnIf(
      unknown.length > 0,
      'VENDOR_DECIDES',
      `Google decides how ${unknown.join(', ')} can end: it is not in the catalog.`,
    )
    .warnIf(
      isTransfer && left.length > 0,
      'VENDOR_DECIDES',
      `Google may require that ${names} is transferred together with it: set alongWith.`,
      'alongWith',
    )
    .warn(
      'CONSEQUENCE',
      isTransfer
        ? 'Google bills the customer directly, and this reseller can no longer manage the subscription.'
        : 'The service of the subscription ends.',
    );
}
