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

/** Links that are known at start and do not change. */
export function fixedLinks(links: Iterable<CustomerLink>): CustomerLinks {
  const byBilling = new Map<string, CustomerLink>();
  const byReseller = new Map<string, CustomerLink>();
  for (const link of links) {
    byBilling.set(billingKeyString(link.billing), link);
    byReseller.set(link.resellerCustomerId, link);
  }
  return {
    byBilling: async (keys) => keys.map((key) => byBilling.get(billingKeyString(key)) ?? null),
    byReseller: async (ids) => ids.map((id) => byReseller.get(id) ?? null),
  };
}
