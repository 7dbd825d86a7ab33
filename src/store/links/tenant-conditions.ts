import { type RawBuilder, sql } from 'kysely';
import type { Tenant } from '../../domain/tenant.ts';

/** Whether a column, by its name or as an expression, names one of the tenant's resellers. */
export function isOfTenant(
  { resellers }: Tenant,
  column: string | RawBuilder<unknown>,
): RawBuilder<boolean> {
  if (resellers.length === 0) return sql`1 = 0`;
  return sql`${typeof column === 'string' ? sql.ref(column) : column} in (${sql.join(resellers)})`;
}

/**
 * Whether the tenant sees the reseller customer that a column names, by its link at the time of the
 * query. Null stands for no customer, which only the owner of unlinked customers sees.
 */
export function isTenantsCustomer(tenant: Tenant, column: string): RawBuilder<boolean> {
  const isOwn = isOfTenant(tenant, 'tenant_link.reseller_id');
  if (!tenant.ownsUnlinked) {
    return sql`${sql.ref(column)} in (select tenant_link.reseller_customer_id
      from customer_links as tenant_link where ${isOwn})`;
  }
  return sql`not exists (select 1 from customer_links as tenant_link
    where tenant_link.reseller_customer_id = ${sql.ref(column)} and not ${isOwn})`;
}
