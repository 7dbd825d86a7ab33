import type { BillingCustomerKey, ResellerCustomer } from '../../src/domain/customer.ts';
import type { Observation, Observed } from '../../src/domain/portfolio.ts';
import type { ResellerSubscription } from '../../src/domain/subscription.ts';

export function resellerSubscription(
  fields: Partial<ResellerSubscription> = {},
): ResellerSubscription {
  return {
    kind: 'reseller#subscription',
    customerId: 'G1',
    customerDomain: 'g1.example',
    subscriptionId: '1001',
    skuId: '1010020028',
    skuName: 'Google Workspace Business Standard',
    billingMethod: 'ONLINE',
    creationTime: new Date('2026-01-02T03:04:05Z'),
    plan: {
      planName: 'ANNUAL',
      isCommitmentPlan: true,
      commitmentInterval: {
        startTime: new Date('2026-01-02T00:00:00Z'),
        endTime: new Date('2027-01-02T00:00:00Z'),
      },
    },
    seats: { numberOfSeats: 10, maximumNumberOfSeats: null, licensedNumberOfSeats: 4 },
    trialSettings: null,
    renewalSettings: { renewalType: 'AUTO_RENEW' },
    transferInfo: null,
    purchaseOrderId: null,
    dealCode: null,
    status: 'ACTIVE',
    suspensionReasons: [],
    resourceUiUrl: null,
    ...fields,
  };
}

export function resellerCustomer(fields: Partial<ResellerCustomer> = {}): ResellerCustomer {
  return {
    customerId: 'G1',
    customerDomain: 'g1.example',
    customerType: 'domain',
    alternateEmail: 'admin@other.example',
    phoneNumber: null,
    postalAddress: {
      ...{ contactName: null, organizationName: 'Müller & Söhne', addressLine1: null },
      ...{ addressLine2: null, addressLine3: null, locality: null, region: null },
      ...{ postalCode: null, countryCode: 'DE' },
    },
    primaryAdmin: null,
    customerDomainVerified: true,
    resourceUiUrl: 'https://admin.example',
    kind: 'reseller#customer',
    ...fields,
  };
}

export const noProduct = (): null => null;

export function seen(observed: Observed, at = 1_000): Observation {
  return { observed, at, source: 'SWEEP' };
}

export function seenSubscription(
  fields: Partial<ResellerSubscription> = {},
  at = 1_000,
  isOwner = false,
): Observation {
  const subscription = resellerSubscription(fields);
  return seen({ type: 'subscription', subscription, isOwner }, at);
}

export function seenCustomer(fields: Partial<ResellerCustomer> = {}, at = 1_000): Observation {
  return seen({ type: 'reseller-customer', customer: resellerCustomer(fields) }, at);
}

export function seenBilling(key: BillingCustomerKey, at = 1_000): Observation {
  return seen({ type: 'billing-customer', key, accountId: `account-${key.customerId}` }, at);
}

export function seenAccount(customerId: string, active = true, at = 1_000): Observation {
  return seen(
    {
      type: 'account',
      ...{ accountId: `account-${customerId}`, name: 'Müller Konto', active },
      ...{ currency: 'USD', countryCode: 'AT' },
    },
    at,
  );
}
