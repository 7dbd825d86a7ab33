import type { Selectable } from 'kysely';
import type { PortfolioCustomer, PortfolioSubscription } from '../../domain/portfolio.ts';
import { normalise, searchText } from '../../domain/search-text.ts';
import type { ResellerSubscription } from '../../domain/subscription.ts';
import type {
  PortfolioBillingTable,
  PortfolioCustomersTable,
  PortfolioResellerTable,
  PortfolioSubscriptionsTable,
} from './portfolio-tables.ts';

/** A row without its number, which is assigned when it is inserted, and the copy of its text. */
export type SubscriptionRow = Omit<Selectable<PortfolioSubscriptionsTable>, 'number' | 'search'>;
export type CustomerRow = Omit<Selectable<PortfolioCustomersTable>, 'number' | 'search'>;
export type BillingRow = PortfolioBillingTable;
export type ResellerRow = PortfolioResellerTable;

/** The product of a SKU; null when the catalog does not have it. */
export type ProductOf = (skuId: string) => string | null;

export function subscriptionRowId(customerId: string, skuId: string): string {
  return `${customerId}/${skuId}`;
}

/** The properties that a row has from its customer. */
export const customerless = {
  linked: 0,
  account_active: null,
  country_code: null,
  organization_name: null,
  organization_key: null,
  account_name: null,
} as const satisfies Partial<SubscriptionRow>;

/** The row of a subscription, without what it has from its customer. */
export function rowOfSubscription(
  subscription: ResellerSubscription,
  at: number,
  productOf: ProductOf,
): SubscriptionRow {
  const { customerId, skuId, plan, seats, trialSettings, suspensionReasons } = subscription;
  const bought = seats?.numberOfSeats ?? seats?.maximumNumberOfSeats ?? null;
  const licensed = seats?.licensedNumberOfSeats ?? null;
  return {
    id: subscriptionRowId(customerId, skuId),
    customer_id: customerId,
    sku_id: skuId,
    subscription_id: subscription.subscriptionId,
    product_id: productOf(skuId),
    status: subscription.status,
    plan_name: plan?.planName ?? null,
    renewal_type: subscription.renewalSettings?.renewalType ?? null,
    suspension_reasons: suspensionReasons.length > 0 ? JSON.stringify(suspensionReasons) : null,
    renews_at: timeOf(plan?.commitmentInterval?.endTime),
    trial_ends_at: trialSettings?.isInTrial ? timeOf(trialSettings.trialEndTime) : null,
    created_at: timeOf(subscription.creationTime),
    seats: bought,
    licensed_seats: licensed,
    free_seats: bought === null || licensed === null ? null : Math.max(0, bought - licensed),
    observed_at: at,
    gone: 0,
    customer_domain: subscription.customerDomain,
    sku_name: subscription.skuName,
    ...customerless,
  };
}

function timeOf(time: Date | null | undefined): number | null {
  return time?.getTime() ?? null;
}

function dateOf(time: number | null): Date | null {
  return time === null ? null : new Date(time);
}

/** The text by which a subscription is found. */
export function searchOfSubscription(row: SubscriptionRow): string {
  return searchText([
    ...[row.customer_domain, row.organization_name, row.account_name],
    ...[row.sku_name, row.sku_id, row.customer_id],
  ]);
}

/** The text by which a customer is found. */
export function searchOfCustomer(row: CustomerRow): string {
  return searchText([
    ...[row.customer_domain, row.organization_name, row.account_name, row.admin_email],
    ...[row.billing_customer_id, row.reseller_customer_id],
  ]);
}

/** What names are sorted by. */
export function sortKey(name: string | null | undefined): string | null {
  return name == null ? null : normalise(name);
}

export function reasonsOf(json: string | null): readonly string[] {
  const parsed: unknown = json === null ? [] : JSON.parse(json);
  return Array.isArray(parsed) ? parsed.map(String) : [];
}

export function toSubscription(row: SubscriptionRow): PortfolioSubscription {
  return {
    customerId: row.customer_id,
    skuId: row.sku_id,
    subscriptionId: row.subscription_id,
    customerDomain: row.customer_domain,
    organizationName: row.organization_name,
    skuName: row.sku_name,
    productId: row.product_id,
    status: row.status,
    suspensionReasons: reasonsOf(row.suspension_reasons),
    planName: row.plan_name,
    renewalType: row.renewal_type,
    renewsAt: dateOf(row.renews_at),
    trialEndsAt: dateOf(row.trial_ends_at),
    createdAt: dateOf(row.created_at),
    seats: row.seats,
    licensedSeats: row.licensed_seats,
    freeSeats: row.free_seats,
    countryCode: row.country_code,
    accountName: row.account_name,
    accountActive: flagOf(row.account_active),
    linked: row.linked === 1,
    gone: row.gone === 1,
    observedAt: new Date(row.observed_at),
  };
}

export function toCustomer(row: CustomerRow): PortfolioCustomer {
  const { reseller_id: resellerId, billing_customer_id: customerId } = row;
  return {
    billing: resellerId !== null && customerId !== null ? { resellerId, customerId } : null,
    resellerCustomerId: row.reseller_customer_id,
    customerDomain: row.customer_domain,
    organizationName: row.organization_name,
    countryCode: row.country_code,
    accountName: row.account_name,
    accountActive: flagOf(row.account_active),
    currency: row.currency,
    subscriptionCount: row.subscription_count,
    seats: row.seats,
    licensedSeats: row.licensed_seats,
    gone: row.gone === 1,
    observedAt: new Date(row.observed_at),
  };
}

function flagOf(flag: number | null): boolean | null {
  return flag === null ? null : flag === 1;
}
