import type { Customer } from './customer.ts';

/** A condition on one property of a row. It is false when the row lacks the property. */
export type PortfolioCondition =
  /** The row's search text contains every word. */
  | { readonly type: 'search'; readonly words: readonly string[] }
  | {
      readonly type: 'oneOf';
      readonly property: TextProperty;
      readonly values: readonly string[];
      /** Set when values outside this list match too. */
      readonly otherThan: readonly string[] | null;
      /** Whether a missing value matches. */
      readonly orMissing: boolean;
    }
  | {
      readonly type: 'reasons';
      readonly values: readonly string[];
      readonly otherThan: readonly string[] | null;
    }
  | {
      readonly type: 'compare';
      readonly property: NumberProperty;
      readonly side: '<' | '>' | '>=';
      /** Times are milliseconds since the epoch. */
      readonly value: number;
    }
  | { readonly type: 'flag'; readonly property: FlagProperty; readonly value: boolean }
  /** Keys of a customer; a row matches by either. */
  | { readonly type: 'customer'; readonly customer: Customer };

export type TextProperty = 'status' | 'planName' | 'skuId' | 'productId' | 'countryCode';
export type NumberProperty = 'renewsAt' | 'trialEndsAt' | 'createdAt' | 'observedAt' | 'freeSeats';
export type FlagProperty = 'accountActive' | 'linked' | 'gone';

/** A filter: conditions combined by AND, OR and NOT. */
export type PortfolioFilter =
  | { readonly type: 'and' | 'or'; readonly of: readonly PortfolioFilter[] }
  | { readonly type: 'not'; readonly of: PortfolioFilter }
  | { readonly type: 'is'; readonly condition: PortfolioCondition };

export const EVERYTHING: PortfolioFilter = { type: 'and', of: [] };

/** Rows that are gone are returned only by a filter that has this condition. */
export function asksForGone(filter: PortfolioFilter): boolean {
  if (filter.type === 'is') {
    const { condition } = filter;
    return condition.type === 'flag' && condition.property === 'gone' && condition.value;
  }
  return filter.type === 'not' ? asksForGone(filter.of) : filter.of.some(asksForGone);
}

/** The filter, restricted to rows that are not gone unless it asks for those. */
export function withoutGone(filter: PortfolioFilter): PortfolioFilter {
  if (asksForGone(filter)) return filter;
  const condition = { type: 'flag', property: 'gone', value: false } as const;
  return { type: 'and', of: [{ type: 'is', condition }, filter] };
}

export const subscriptionOrders = [
  'CUSTOMER_DOMAIN',
  'ORGANIZATION_NAME',
  'SKU_ID',
  'STATUS',
  'RENEWS_AT',
  'TRIAL_ENDS_AT',
  'CREATED_AT',
  'SEATS',
  'LICENSED_SEATS',
  'FREE_SEATS',
  'OBSERVED_AT',
] as const;
export type SubscriptionOrderField = (typeof subscriptionOrders)[number];

export const customerOrders = [
  'CUSTOMER_DOMAIN',
  'ORGANIZATION_NAME',
  'ACCOUNT_NAME',
  'COUNTRY_CODE',
  'SUBSCRIPTION_COUNT',
  'SEATS',
  'LICENSED_SEATS',
  'OBSERVED_AT',
] as const;
export type CustomerOrderField = (typeof customerOrders)[number];

export interface PortfolioOrder<Field> {
  readonly field: Field;
  readonly direction: 'ASC' | 'DESC';
}

/** The place of a row in an order: its value, null when missing, and its id. */
export interface PlaceInOrder {
  readonly value: string | number | null;
  readonly id: string;
}
