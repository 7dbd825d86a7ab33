/**
 * What the processes of the request bench agree on. Concurrent requests name different resellers, whose
 * customers differ, so that no two of them can share a backend call.
 */
export const RESELLERS = 16;
/** Customers of each reseller; each is linked to a customer of the Reseller API. */
export const CUSTOMERS = 100;

export function resellerId(reseller: number): string {
  return `dn2reseller${reseller}`;
}

export function billingCustomerId(reseller: number | string, n: number): string {
  return `${typeof reseller === 'number' ? resellerId(reseller) : reseller}customer${n}`;
}

export function resellerCustomerId(reseller: number | string, n: number): string {
  return `C${billingCustomerId(reseller, n)}`;
}

/** The requests that are measured, by name. `floor.ts` writes the same JSON. */
export const queries = {
  Q1: `query Q1($id: ID!) { customer(by: { id: $id }) { id reseller { customerId customerDomain
    customerType alternateEmail postalAddress { organizationName countryCode } } } }`,
  Q2: `query Q2($resellerId: String) { customers(resellerId: $resellerId, first: 100) {
    nodes { id billing { customerId billingAccountId } } pageInfo { endCursor hasNextPage } } }`,
  Q3: `query Q3($resellerId: String) { customers(resellerId: $resellerId, first: 50) {
    nodes { id billing { customerId } reseller { customerId customerDomain } } } }`,
} as const;

export type QueryName = keyof typeof queries;
