import type { CustomerLink } from './customer.ts';
import { GatewayError } from './error.ts';

/** What is in the way of a new link, and on which side. */
export function linkConflict(rival: CustomerLink, side: 'billing' | 'reseller'): GatewayError {
  const billing = `billing customer ${rival.billing.customerId}`;
  const reseller = `reseller customer ${rival.resellerCustomerId}`;
  const [one, other] = side === 'billing' ? [billing, reseller] : [reseller, billing];
  return new GatewayError('CONFLICT', `The ${one} is linked to the ${other}: unlink it first.`);
}
