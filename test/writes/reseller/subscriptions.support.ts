import { toSubscription } from '../../../src/backends/reseller/mapping.ts';
import type { ResellerSubscription } from '../../../src/domain/subscription.ts';
import type { Json } from './fake-reseller.support.ts';

/** A subscription of C1 as the client returns it. */
export function subscription(subscriptionId: string, fields: Json = {}): ResellerSubscription {
  return toSubscription({
    ...{ customerId: 'C1', subscriptionId, skuId: 'A', status: 'ACTIVE', creationTime: '1000' },
    ...{ plan: { planName: 'FLEXIBLE' }, seats: { maximumNumberOfSeats: 10 } },
    ...fields,
  });
}
