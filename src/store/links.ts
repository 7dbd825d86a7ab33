import {
  type BillingCustomerKey,
  billingKeyString,
  type CustomerLink,
} from '../domain/customer.ts';

/**
 * Which billing customer is which reseller customer. At most one partner on each side. Answers come
 * in the order of the keys, null where there is no link.
 */
export interface CustomerLinks {
  byBilling(keys: readonly BillingCustomerKey[]): Promise<(CustomerLink | null)[]>;
  byReseller(resellerCustomerIds: readonly string[]): Promise<(CustomerLink | null)[]>;
}

/** Links that are known at start and do not change. One that comes later ends those it contradicts. */
export function fixedLinks(links: Iterable<CustomerLink>): CustomerLinks {
  const byBilling = new Map<string, CustomerLink>();
  const byReseller = new Map<string, CustomerLink>();
  for (const link of links) {
    const key = billingKeyString(link.billing);
    const [here, there] = [byBilling.get(key), byReseller.get(link.resellerCustomerId)];
    if (here) byReseller.delete(here.resellerCustomerId);
    if (there) byBilling.delete(billingKeyString(there.billing));
    byBilling.set(key, link);
    byReseller.set(link.resellerCustomerId, link);
  }
  return {
    byBilling: async (keys) => keys.map((key) => byBilling.get(billingKeyString(key)) ?? null),
    byReseller: async (ids) => ids.map((id) => byReseller.get(id) ?? null),
  };
}
