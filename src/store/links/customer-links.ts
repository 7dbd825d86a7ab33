import { type Compilable, type CompiledQuery, type Kysely, sql, type Transaction } from 'kysely';
import {
  type BillingCustomerKey,
  billingKeyString,
  type CustomerLink,
} from '../../domain/customer.ts';
import { linkConflict } from '../../domain/customer-link.ts';
import type { Changes } from '../database/changes.ts';
import { queryCompiler } from '../database/compiler.ts';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { relinkRows } from '../portfolio/portfolio.ts';

export type CustomerLinks = ReturnType<typeof customerLinks>;

/**
 * Links between billing customers and reseller customers; each customer has at most one link. Lookups
 * return results in the order of the keys, null where there is no link. Every method rejects with a
 * GatewayError: UNAVAILABLE when the database does not respond.
 */
export function customerLinks(database: Database, changes: Changes) {
  const compiler = queryCompiler(database.kind);
  const byBilling = lookup<BillingCustomerKey>(
    (keys) => {
      const pairs = keys.map((key) => sql`(${key.resellerId}, ${key.customerId})`);
      return links(compiler).where(
        sql<boolean>`(reseller_id, customer_id) in (values ${sql.join(pairs)})`,
      );
    },
    ({ resellerId, customerId }) => [resellerId, customerId],
  );
  const byReseller = lookup<string>(
    (ids) => links(compiler).where('reseller_customer_id', 'in', ids),
    (id) => [id],
  );
  return {
    async byBilling(keys: readonly BillingCustomerKey[]): Promise<(CustomerLink | null)[]> {
      if (keys.length === 0) return [];
      const rows = await database.select(byBilling(keys));
      const found = new Map(rows.map(toLink).map((link) => [billingKeyString(link.billing), link]));
      return keys.map((key) => found.get(billingKeyString(key)) ?? null);
    },
    async byReseller(ids: readonly string[]): Promise<(CustomerLink | null)[]> {
      if (ids.length === 0) return [];
      const rows = await database.select(byReseller(ids));
      const found = new Map(rows.map(toLink).map((link) => [link.resellerCustomerId, link]));
      return ids.map((id) => found.get(id) ?? null);
    },
    /**
     * Creates a link; does nothing when it exists.
     * @throws GatewayError CONFLICT when either customer is linked to another
     */
    async link(link: CustomerLink): Promise<void> {
      const count = await database.write(async (trx) => {
        const rival = await insertLink(trx, link);
        if (rival) throw linkConflict(rival, isSameBilling(link, rival) ? 'billing' : 'reseller');
        return relinkRows(database, trx, [link]);
      });
      if (count > 0) changes.publish('portfolio', '');
    },
    /** Deletes a link. @returns false when there was none */
    async unlink(link: CustomerLink): Promise<boolean> {
      const { billing, resellerCustomerId } = link;
      const { count, isDeleted } = await database.write(async (trx) => {
        const { numDeletedRows } = await trx
          .deleteFrom('customer_links')
          .where('reseller_id', '=', billing.resellerId)
          .where('customer_id', '=', billing.customerId)
          .where('reseller_customer_id', '=', resellerCustomerId)
          .executeTakeFirstOrThrow();
        // In one transaction: the halves must not be seen together by a viewer of one of them.
        return {
          count: await relinkRows(database, trx, [link]),
          isDeleted: numDeletedRows > 0n,
        };
      });
      if (count > 0) changes.publish('portfolio', '');
      return isDeleted;
    },
  };
}

/** @returns the conflicting link; null when the link was created or existed */
export async function insertLink(
  trx: Transaction<Tables>,
  link: CustomerLink,
): Promise<CustomerLink | null> {
  const { resellerId, customerId } = link.billing;
  await trx
    .insertInto('customer_links')
    .values({
      reseller_id: resellerId,
      customer_id: customerId,
      reseller_customer_id: link.resellerCustomerId,
    })
    // Of two concurrent inserts, the second waits for the first and then does nothing.
    .onConflict((conflicting) => conflicting.doNothing())
    .execute();
  const standing = await links(trx)
    .where(({ eb, or, and }) =>
      or([
        eb('reseller_customer_id', '=', link.resellerCustomerId),
        and([eb('reseller_id', '=', resellerId), eb('customer_id', '=', customerId)]),
      ]),
    )
    .execute();
  const rival = standing.map(toLink).find((found) => !isSame(found, link));
  if (rival) return rival;
  // The conflicting link was deleted between the two statements: try again.
  return standing.length > 0 ? null : insertLink(trx, link);
}

/** Statements that are kept, by their numbers of keys. */
const MAX_STATEMENTS = 200;

/**
 * A query for the links of some keys. It is compiled once for each number of keys, because that takes
 * as long as running it.
 * @param parametersOf the parameters of one key, in the order of the statement
 */
function lookup<K>(
  build: (keys: readonly K[]) => Compilable<LinkRow>,
  parametersOf: (key: K) => readonly string[],
): (keys: readonly K[]) => CompiledQuery<LinkRow> {
  const compiled = new Map<number, CompiledQuery<LinkRow>>();
  return (keys) => {
    const known = compiled.get(keys.length) ?? build(keys).compile();
    if (compiled.size < MAX_STATEMENTS) compiled.set(keys.length, known);
    return { ...known, parameters: keys.flatMap(parametersOf) };
  };
}

function links(db: Kysely<Tables>) {
  return db
    .selectFrom('customer_links')
    .select(['reseller_id', 'customer_id', 'reseller_customer_id']);
}

interface LinkRow {
  readonly reseller_id: string;
  readonly customer_id: string;
  readonly reseller_customer_id: string;
}

function toLink(row: LinkRow): CustomerLink {
  return {
    billing: { resellerId: row.reseller_id, customerId: row.customer_id },
    resellerCustomerId: row.reseller_customer_id,
  };
}

function isSame(one: CustomerLink, other: CustomerLink): boolean {
  return one.resellerCustomerId === other.resellerCustomerId && isSameBilling(one, other);
}

function isSameBilling(one: CustomerLink, other: CustomerLink): boolean {
  return billingKeyString(one.billing) === billingKeyString(other.billing);
}
