import { badInput } from './error.ts';

/** The largest page size of the billing API's CustomerService.List. */
export const MAX_CUSTOMERS_PAGE = 1000;

/** The maximum length of a reseller or customer id of the billing API, in characters. */
export const MAX_BILLING_ID = 50;

/**
 * Rejects an id that needs no call, because no id of the billing API is longer.
 * @param name the argument, for the message
 * @throws GatewayError BAD_USER_INPUT
 */
export function checkBillingId(name: string, id: string): void {
  if (id.length <= MAX_BILLING_ID) return;
  throw badInput(`${name} must be at most ${MAX_BILLING_ID} characters long.`);
}

/** As `checkBillingId`; rejects an empty id too. */
export function requireBillingId(name: string, id: string): void {
  if (id === '') throw badInput(`${name} must not be empty.`);
  checkBillingId(name, id);
}

/** Identifies a billing customer. Customer ids are unique within their reseller. */
export interface BillingCustomerKey {
  readonly resellerId: string;
  readonly customerId: string;
}

/** A customer as the billing API's list returns it. */
export interface BillingCustomer extends BillingCustomerKey {
  /** Empty when an operation returned the customer without its account. */
  readonly billingAccountId: string;
}

/** The account of a billing customer. The customer itself has no name, date or activity flag. */
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

/** A postal address in the reseller API. Missing parts are null. */
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
 * A customer as the reseller API returns it. Only the first three fields are set when another
 * reseller or Google manages the customer.
 */
export interface ResellerCustomer {
  readonly customerId: string;
  readonly customerDomain: string | null;
  /** `domain`, `team`, or a value that is not documented yet. */
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
 * Whether another reseller or Google manages the customer: the API then returns only its id, domain
 * and type.
 */
export function isManagedElsewhere(customer: ResellerCustomer): boolean {
  const { alternateEmail, phoneNumber, postalAddress, primaryAdmin } = customer;
  const { customerDomainVerified, resourceUiUrl } = customer;
  const others = [alternateEmail, phoneNumber, postalAddress, primaryAdmin];
  return [...others, customerDomainVerified, resourceUiUrl].every((value) => value === null);
}

/**
 * The keys of one customer; at least one is set. A missing key may still be found through a link.
 */
export interface Customer {
  readonly billing: BillingCustomerKey | null;
  readonly resellerCustomerId: string | null;
}

/** A billing customer and a reseller customer that are the same company. */
export interface CustomerLink {
  readonly billing: BillingCustomerKey;
  readonly resellerCustomerId: string;
}

/** A map or cache key that is unique per billing customer. */
export function billingKeyString({ resellerId, customerId }: BillingCustomerKey): string {
  return `${resellerId.length} ${resellerId}${customerId}`;
}
