import {
  type BillingCustomerKey,
  billingKeyString,
  type CustomerLink,
} from '../../domain/customer.ts';
import { keyOf } from './batch.ts';
import type { Folded } from './fold.ts';
import {
  type BillingRow,
  type CustomerRow,
  type ResellerRow,
  type SubscriptionRow,
  sortKey,
} from './rows.ts';

/** Rows that follow from what both APIs returned and from the links. */
export interface Projection {
  readonly subscriptions: ReadonlyMap<string, SubscriptionRow>;
  readonly customers: ReadonlyMap<string, CustomerRow>;
}

interface Parts {
  readonly key: BillingCustomerKey | null;
  readonly resellerCustomerId: string | null;
  readonly billing: BillingRow | undefined;
  readonly reseller: ResellerRow | undefined;
}

/** Joins the two halves of every customer, and passes on what its subscriptions have from it. */
export function project(
  { subscriptions, billing, reseller }: Folded,
  links: readonly CustomerLink[],
): Projection {
  const owned = Map.groupBy(subscriptions.values(), (row) => row.customer_id);
  const projected = new Map(subscriptions);
  const customers = new Map<string, CustomerRow>();
  for (const parts of customersOf(billing, reseller, links)) {
    const own = owned.get(parts.resellerCustomerId ?? '') ?? [];
    const customer = customerRow(parts, own);
    if (!customer) continue;
    customers.set(customer.id, customer);
    for (const row of own) projected.set(row.id, withCustomer(row, customer));
  }
  return { subscriptions: projected, customers };
}

function customersOf(
  billing: ReadonlyMap<string, BillingRow>,
  reseller: ReadonlyMap<string, ResellerRow>,
  links: readonly CustomerLink[],
): Parts[] {
  const linkedKeys = new Set(links.map((link) => billingKeyString(link.billing)));
  const linkedIds = new Set(links.map(({ resellerCustomerId }) => resellerCustomerId));
  const alone = { billing: undefined, reseller: undefined, key: null, resellerCustomerId: null };
  return [
    ...links.map(({ billing: key, resellerCustomerId }) => ({
      key,
      resellerCustomerId,
      billing: billing.get(billingKeyString(key)),
      reseller: reseller.get(resellerCustomerId),
    })),
    ...[...billing]
      .filter(([key]) => !linkedKeys.has(key))
      .map(([, row]) => ({ ...alone, key: keyOf(row), billing: row })),
    ...[...reseller]
      .filter(([id]) => !linkedIds.has(id))
      .map(([id, row]) => ({ ...alone, resellerCustomerId: id, reseller: row })),
  ];
}

/** Null while neither API has returned the customer. */
function customerRow(parts: Parts, own: readonly SubscriptionRow[]): CustomerRow | null {
  const { key, resellerCustomerId, billing, reseller } = parts;
  const halves = [billing, reseller].filter((half) => half !== undefined);
  if (halves.length === 0) return null;
  const held = own.filter(({ gone }) => gone === 0);
  const organization = reseller?.organization_name ?? null;
  return {
    id: customerRowId(key, resellerCustomerId),
    reseller_id: key?.resellerId ?? null,
    billing_customer_id: key?.customerId ?? null,
    reseller_customer_id: resellerCustomerId,
    linked: key && resellerCustomerId !== null ? 1 : 0,
    customer_domain: reseller?.customer_domain ?? null,
    organization_name: organization,
    organization_key: sortKey(organization),
    country_code: reseller?.country_code ?? billing?.country_code ?? null,
    admin_email: reseller?.admin_email ?? null,
    account_name: billing?.account_name ?? null,
    account_key: sortKey(billing?.account_name),
    account_active: billing?.account_active ?? null,
    currency: billing?.currency ?? null,
    subscription_count: held.length,
    seats: sumOf(held.map(({ seats }) => seats)),
    licensed_seats: sumOf(held.map(({ licensed_seats }) => licensed_seats)),
    // The half that was observed longer ago decides how fresh the row is.
    observed_at: Math.min(...halves.map(({ observed_at }) => observed_at)),
    gone: halves.every(({ gone }) => gone === 1) ? 1 : 0,
  };
}

/** The billing key takes precedence, as in the global id of a customer. */
export function customerRowId(
  key: BillingCustomerKey | null,
  resellerCustomerId: string | null,
): string {
  return key ? `b/${key.resellerId}/${key.customerId}` : `r/${resellerCustomerId}`;
}

function sumOf(numbers: readonly (number | null | undefined)[]): number {
  return numbers.reduce<number>((sum, number) => sum + (number ?? 0), 0);
}

/** The same row when nothing that it has from its customer differs. */
function withCustomer(row: SubscriptionRow, customer: CustomerRow): SubscriptionRow {
  const { linked, account_active, country_code, account_name } = customer;
  const { organization_name, organization_key } = customer;
  const isSame =
    row.linked === linked &&
    row.account_active === account_active &&
    row.country_code === country_code &&
    row.account_name === account_name &&
    row.organization_name === organization_name;
  if (isSame) return row;
  return {
    ...row,
    ...{ linked, account_active, country_code, organization_name, organization_key, account_name },
  };
}
