import type { CustomerLink } from './customer.ts';
import { GatewayError } from './error.ts';

/**
 * The CONFLICT of a new link with an existing one.
 * @param rival the existing link
 * @param side the customer that both links have in common
 */
export function linkConflict(rival: CustomerLink, side: 'billing' | 'reseller'): GatewayError {
  const billing = `billing customer ${rival.billing.customerId}`;
  const reseller = `reseller customer ${rival.resellerCustomerId}`;
  const [one, other] = side === 'billing' ? [billing, reseller] : [reseller, billing];
  return new GatewayError('CONFLICT', `The ${one} is linked to the ${other}: unlink it first.`);
}
