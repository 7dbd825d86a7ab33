import { type RawBuilder, sql } from 'kysely';
import type {
  CustomerOrderField,
  PlaceInOrder,
  PortfolioOrder,
  SubscriptionOrderField,
} from '../../domain/portfolio-filter.ts';

const subscriptionColumns = {
  CUSTOMER_DOMAIN: 'customer_domain',
  ORGANIZATION_NAME: 'organization_key',
  SKU_ID: 'sku_id',
  STATUS: 'status',
  RENEWS_AT: 'renews_at',
  TRIAL_ENDS_AT: 'trial_ends_at',
  CREATED_AT: 'created_at',
  SEATS: 'seats',
  LICENSED_SEATS: 'licensed_seats',
  FREE_SEATS: 'free_seats',
  OBSERVED_AT: 'observed_at',
} as const satisfies Record<SubscriptionOrderField, string>;

const customerColumns = {
  CUSTOMER_DOMAIN: 'customer_domain',
  ORGANIZATION_NAME: 'organization_key',
  ACCOUNT_NAME: 'account_key',
  COUNTRY_CODE: 'country_code',
  SUBSCRIPTION_COUNT: 'subscription_count',
  SEATS: 'seats',
  LICENSED_SEATS: 'licensed_seats',
  OBSERVED_AT: 'observed_at',
} as const satisfies Record<CustomerOrderField, string>;

/** An order by one column, with the id as the tie-breaker and missing values last. */
export interface SqlOrder {
  readonly column: string;
  readonly direction: 'asc' | 'desc';
  /** Whether rows may lack the value. */
  readonly isNullable: boolean;
}

const alwaysSet: ReadonlySet<string> = new Set(['SKU_ID', 'OBSERVED_AT']);
const alwaysSetOfCustomers: ReadonlySet<string> = new Set([
  ...['SUBSCRIPTION_COUNT', 'SEATS', 'LICENSED_SEATS', 'OBSERVED_AT'],
]);

export function subscriptionOrder(order: PortfolioOrder<SubscriptionOrderField>): SqlOrder {
  const { field } = order;
  const isNullable = !alwaysSet.has(field);
  return { column: subscriptionColumns[field], direction: directionOf(order), isNullable };
}

export function customerOrder(order: PortfolioOrder<CustomerOrderField>): SqlOrder {
  const { field } = order;
  const isNullable = !alwaysSetOfCustomers.has(field);
  return { column: customerColumns[field], direction: directionOf(order), isNullable };
}

function directionOf({ direction }: PortfolioOrder<unknown>): 'asc' | 'desc' {
  return direction === 'ASC' ? 'asc' : 'desc';
}

/** The rows with a value, in its order, or those without one, which follow. */
export interface Segment {
  readonly hasValue: boolean;
  /** The row to continue after; null for the beginning. */
  readonly after: PlaceInOrder | null;
}

/** The segments from a place on. An index has each of them in the right order; not both together. */
export function segmentsFrom(
  after: PlaceInOrder | null,
  { isNullable }: SqlOrder,
): readonly Segment[] {
  if (after && after.value === null) return isNullable ? [{ hasValue: false, after }] : [];
  const withValue: Segment = { hasValue: true, after };
  return isNullable ? [withValue, { hasValue: false, after: null }] : [withValue];
}

export interface SegmentSql {
  readonly where: RawBuilder<boolean>;
  readonly orderBy: RawBuilder<unknown>;
}

export function segmentSql(
  alias: string,
  { column, direction }: SqlOrder,
  { hasValue, after }: Segment,
): SegmentSql {
  const value = sql.ref(`${alias}.${column}`);
  const id = sql.ref(`${alias}.id`);
  const side = sql.raw(direction === 'asc' ? '>' : '<');
  const to = sql.raw(direction);
  if (!hasValue) {
    const isMissing = sql<boolean>`${value} is null`;
    return {
      where: after ? sql`${isMissing} and ${id} ${side} ${after.id}` : isMissing,
      orderBy: sql`${id} ${to}`,
    };
  }
  return {
    where: after
      ? sql`(${value}, ${id}) ${side} (${after.value}, ${after.id})`
      : sql`${value} is not null`,
    orderBy: sql`${value} ${to}, ${id} ${to}`,
  };
}

/** The rows after a place, in the whole order. */
export function isAfter(
  alias: string,
  { column, direction, isNullable }: SqlOrder,
  after: PlaceInOrder,
): RawBuilder<boolean> {
  const value = sql.ref(`${alias}.${column}`);
  const id = sql.ref(`${alias}.id`);
  const side = sql.raw(direction === 'asc' ? '>' : '<');
  if (after.value === null) return sql`(${value} is null and ${id} ${side} ${after.id})`;
  const isLater = sql<boolean>`(${value}, ${id}) ${side} (${after.value}, ${after.id})`;
  return isNullable ? sql`(${isLater} or ${value} is null)` : isLater;
}

/** The whole order, for rows that an index has not found in it. */
export function sortedBy(
  alias: string,
  { column, direction }: SqlOrder,
  id: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const value = sql.ref(`${alias}.${column}`);
  const to = sql.raw(direction);
  return sql`${value} is null, ${value} ${to}, ${id} ${to}`;
}
