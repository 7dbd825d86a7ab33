/** The largest page of the billing API's CustomerService.List. */
export const MAX_CUSTOMERS_PAGE = 1000;

/** Where the billing API knows a customer: ids of customers are unique within their reseller. */
export interface BillingCustomerKey {
  readonly resellerId: string;
  readonly customerId: string;
}

/** A customer as the billing API's list gives it. */
export interface BillingCustomer extends BillingCustomerKey {
  readonly billingAccountId: string;
}

/** The account behind a billing customer: the only place with a name, a date and an activity flag. */
export interface BillingAccount {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  /** ISO 4217; the vendor documents RUB, USD and KZT. */
  readonly currency: string;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode: string;
  readonly createdAt: Date | null;
}

/** A postal address as the reseller API holds it; every part may be missing. */
export interface PostalAddress {
  readonly contactName: string | null;
  readonly organizationName: string | null;
  readonly addressLine1: string | null;
  readonly addressLine2: string | null;
  readonly addressLine3: string | null;
  readonly locality: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
  /** ISO 3166 two-letter code. */
  readonly countryCode: string | null;
}

/**
 * A customer as the reseller API gives it. Only the first three fields are there when another
 * reseller or the vendor itself manages the customer.
 */
export interface ResellerCustomer {
  readonly customerId: string;
  readonly customerDomain: string | null;
  /** `domain` or `team`; an open set. */
  readonly customerType: string | null;
  readonly alternateEmail: string | null;
  readonly phoneNumber: string | null;
  readonly postalAddress: PostalAddress | null;
  readonly primaryAdmin: { readonly primaryEmail: string | null } | null;
  readonly customerDomainVerified: boolean | null;
  readonly resourceUiUrl: string | null;
  readonly kind: string | null;
}

/**
 * One customer, whichever backend knows it: at least one of the two keys is there. A key that is
 * missing may still be found through a link.
 */
export interface Customer {
  readonly billing: BillingCustomerKey | null;
  readonly resellerCustomerId: string | null;
}

/** Says that a billing customer and a reseller customer are the same company. */
export interface CustomerLink {
  readonly billing: BillingCustomerKey;
  readonly resellerCustomerId: string;
}

/** One string per billing customer, for maps and caches. */
export function billingKeyString({ resellerId, customerId }: BillingCustomerKey): string {
  return JSON.stringify([resellerId, customerId]);
}
