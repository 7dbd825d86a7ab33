import type { BillingAccount } from '../domain/customer.ts';
import type { Observed } from '../domain/portfolio.ts';

export function observedAccount(account: BillingAccount): Observed {
  const { id, name, active, currency, countryCode } = account;
  return { type: 'account', accountId: id, name, active, currency, countryCode };
}

/** The object that is observed: a later observation of it replaces an earlier one. */
export function subjectOf(observed: Observed): string {
  switch (observed.type) {
    case 'subscription': {
      const { customerId, skuId, subscriptionId } = observed.subscription;
      return JSON.stringify(['s', customerId, skuId, subscriptionId]);
    }
    case 'subscription-gone':
      return JSON.stringify(['s', observed.customerId, observed.skuId]);
    case 'reseller-customer':
      return JSON.stringify(['r', observed.customer.customerId]);
    case 'reseller-customer-gone':
      return JSON.stringify(['r', observed.customerId]);
    case 'account':
      return JSON.stringify(['a', observed.accountId]);
    default:
      return JSON.stringify(['b', observed.key.resellerId, observed.key.customerId]);
  }
}
