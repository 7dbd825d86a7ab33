import { z } from 'zod';
import type { ResellerClient } from '../../backends/reseller/client.ts';
import { listSubscriptions } from '../../backends/reseller/single-reads.ts';
import type { CallScope } from '../../domain/call-scope.ts';
import { GatewayError } from '../../domain/error.ts';
import type { ResellerSubscription } from '../../domain/subscription.ts';
import { findTarget, type SubscriptionTarget } from '../../domain/subscription-target.ts';
import type { WriteRecord } from '../../domain/write.ts';

/** The parts of audit inputs that are needed to read the targets of a write again. */
const subscriptionInput = z.object({ subscriptionId: z.string().nullish() });
const subscriptionInputs = z.object({
  subscriptions: z.array(z.object({ skuId: z.string(), subscriptionId: z.string().nullish() })),
});

/**
 * The present state of the subscription that a finished write changed or ordered.
 * @throws GatewayError NOT_FOUND when it does not exist any more
 */
export async function currentSubscription(
  { reseller }: { readonly reseller: ResellerClient },
  { target: { resellerCustomerId, skuId }, input }: WriteRecord,
  scope: CallScope,
): Promise<ResellerSubscription> {
  const listed = await listSubscriptions(reseller, resellerCustomerId ?? '', scope);
  const subscriptionId = subscriptionInput.safeParse(input).data?.subscriptionId ?? null;
  const found = findTarget(listed, { skuId: skuId ?? '', subscriptionId });
  if (found) return found;
  throw new GatewayError('NOT_FOUND', 'The subscription was not found.');
}

/** The targets of a finished write of several subscriptions. */
export function targetsOf({
  target: { resellerCustomerId, skuId },
  input,
}: WriteRecord): readonly SubscriptionTarget[] {
  const customerId = resellerCustomerId ?? '';
  const { subscriptions = [] } = subscriptionInputs.safeParse(input).data ?? {};
  if (skuId !== null) {
    const { subscriptionId } = subscriptionInput.safeParse(input).data ?? {};
    return [{ customerId, skuId, subscriptionId: subscriptionId ?? null }];
  }
  return subscriptions.map((other) => ({
    customerId,
    skuId: other.skuId,
    subscriptionId: other.subscriptionId ?? null,
  }));
}
