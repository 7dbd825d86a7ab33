import { type RawBuilder, sql } from 'kysely';
import type { BillingCustomerKey } from '../../domain/customer.ts';
import {
  type OperationKind,
  type OperationStatus,
  operationStatuses,
} from '../../domain/operation.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { isOfTenant } from '../links/tenant-conditions.ts';

/** Selects changes of operations. */
export interface ChangesFilter {
  readonly customer?: BillingCustomerKey | undefined;
  /** Only operations that this tenant sees. */
  readonly tenant?: Tenant | undefined;
}

export interface OperationFilter extends ChangesFilter {
  /** Matches any of these statuses; an empty list matches nothing. */
  readonly statuses?: readonly OperationStatus[] | undefined;
  /** Matches any of these kinds; an empty list matches nothing. */
  readonly kinds?: readonly OperationKind[] | undefined;
  /** Operations that started at this time or later, as `createdAt` of the entry shows. */
  readonly from?: Date | undefined;
  /** Operations that started before this time. */
  readonly until?: Date | undefined;
}

/** Whether the filter matches no operation, whatever is stored. */
export function matchesNothing({ statuses, kinds, tenant }: OperationFilter): boolean {
  return [statuses, kinds, tenant?.resellers].some((values) => values?.length === 0);
}

/**
 * Whether an operation matches every condition of a filter.
 * @param isIndexed false keeps the conditions from choosing an index, when the rows are chosen already
 */
export function matches(
  filter: OperationFilter,
  table: string,
  isIndexed = true,
): RawBuilder<boolean> {
  const { customer, statuses, kinds, tenant } = filter;
  const column = (name: string) => sql.ref(`${table}.${name}`);
  const status = isIndexed ? column('status') : sql`${column('status')} || ''`;
  const reseller = isIndexed ? column('reseller_id') : sql`${column('reseller_id')} || ''`;
  // An instance of an earlier version leaves the column empty.
  const kind = sql`coalesce(${column('kind')}, 'UNKNOWN')`;
  const conditions = [
    customer && sql`${column('reseller_id')} = ${customer.resellerId}`,
    customer && sql`${column('customer_id')} = ${customer.customerId}`,
    statuses && isOneOf(status, statuses),
    kinds && isOneOf(kind, kinds),
    startedWithin(filter, table),
    tenant && isOfTenant(tenant, reseller),
  ].filter((condition) => condition !== undefined);
  return conditions.length === 0 ? sql`1 = 1` : sql`${sql.join(conditions, sql` and `)}`;
}

/** The filter with every status, so that an index that begins with the status finds the kinds. */
export function withStatuses(filter: OperationFilter): OperationFilter {
  const { statuses = operationStatuses, kinds, customer } = filter;
  return kinds && !customer ? { ...filter, statuses } : filter;
}

/** Undefined when the filter has no time. */
export function startedWithin(
  { from, until }: OperationFilter,
  table: string,
): RawBuilder<boolean> | undefined {
  // An instance of an earlier version leaves `started_at` empty.
  const startedAt = sql`coalesce(${sql.ref(`${table}.started_at`)}, ${sql.ref(`${table}.first_seen_at`)})`;
  const conditions = [
    from && sql`${startedAt} >= ${from.getTime()}`,
    until && sql`${startedAt} < ${until.getTime()}`,
  ].filter((condition) => condition !== undefined);
  return conditions.length === 0 ? undefined : sql`${sql.join(conditions, sql` and `)}`;
}

function isOneOf(column: RawBuilder<unknown>, values: readonly string[]): RawBuilder<unknown> {
  const [only, ...others] = values;
  // Equality with one value reads the index in the order of the numbers.
  return others.length === 0 ? sql`${column} = ${only}` : sql`${column} in (${sql.join(values)})`;
}
