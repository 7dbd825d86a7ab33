import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { BillingCustomerKey } from '../../domain/customer.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { WriteChange, WriteMutation, WriteOutcome, WriteRecord } from '../../domain/write.ts';
import type { Database } from '../database/database.ts';
import { readPages } from '../database/pages.ts';
import type { Tables } from '../database/tables.ts';
import { isOfTenant, isTenantsCustomer } from '../links/tenant-conditions.ts';
import { MAX_ROWS } from '../operations/rows.ts';
import { lastSequence } from './write-columns.ts';
import { toChanges, toRecord } from './write-rows.ts';

/** Selects writes; conditions that are not set match every write, an empty list matches none. */
export interface AuditFilter {
  readonly viewer?: string | undefined;
  readonly mutations?: readonly WriteMutation[] | undefined;
  readonly outcomes?: readonly WriteOutcome[] | undefined;
  /** Billing's reseller id. */
  readonly resellerId?: string | undefined;
  /**
   * A customer's ids in the two APIs: matches writes on either; none when both are null. With its
   * domain, also the orders of it, which were sent before it had an id.
   */
  readonly customer?:
    | {
        readonly billing: BillingCustomerKey | null;
        readonly resellerCustomerId: string | null;
        readonly domain?: string | null | undefined;
      }
    | undefined;
  readonly subscription?: { readonly customerId: string; readonly skuId: string } | undefined;
  /** Recorded at this time or later. */
  readonly from?: Date | undefined;
  /** Recorded before this time. */
  readonly until?: Date | undefined;
  /** Only writes whose target this tenant sees. */
  readonly tenant?: Tenant | undefined;
}

export type AuditOrder = 'AT_DESC' | 'AT_ASC';

export interface AuditPageQuery {
  readonly filter: AuditFilter;
  readonly order: AuditOrder;
  /** The number of the write that the page starts after; null for the first page. */
  readonly after: number | null;
  /** At most 1000. */
  readonly limit: number;
}

export function auditReads(database: Database) {
  return {
    /** Pages of writes, in the order of the queries. */
    async pages(queries: readonly AuditPageQuery[]): Promise<readonly (readonly WriteRecord[])[]> {
      const found = await readPages(database, queries, (db, some) =>
        some.flatMap((query, page) => pageQuery(db, query, page)),
      );
      return found.map((rows, index) => {
        const sign = queries[index]?.order === 'AT_ASC' ? 1 : -1;
        return rows.toSorted((a, b) => sign * (a.number - b.number)).map(toRecord);
      });
    },
    /** The number of writes that match each filter. */
    async counts(filters: readonly AuditFilter[]): Promise<readonly number[]> {
      const found = await readPages(database, filters, (db, some) =>
        some.flatMap((filter, page) => countQuery(db, filter, page)),
      );
      return found.map(([row]) => Number(row?.count ?? 0));
    },
    /** A viewer's latest write with this idempotency key; null when there is none. */
    async byKey(viewer: string, key: string): Promise<WriteRecord | null> {
      const row = await database.read((db) => {
        const numbers = db
          .selectFrom('writes')
          .select('number')
          .where('viewer', '=', viewer)
          .where('idempotency_key', '=', key);
        // Each of the two indexes has a part of the writes.
        const refused = numbers.where('state', '=', sql.lit('REFUSED'));
        const others = numbers.where('state', '<>', sql.lit('REFUSED'));
        return db
          .selectFrom('writes')
          .selectAll()
          .where('number', 'in', refused.unionAll(others))
          .orderBy('number', 'desc')
          .limit(1)
          .executeTakeFirst();
      });
      return row ? toRecord(row) : null;
    },
    /**
     * Writes whose outcome was stored after `sequence`, oldest first, each with its latest outcome. A
     * sequence becomes visible only after all lower ones.
     */
    async changesAfter(
      filter: AuditFilter,
      sequence: number,
      limit: number,
    ): Promise<readonly WriteChange[]> {
      const rows = await database.read(async (db) => {
        const found = alternatives(db, filter).map((query) =>
          query
            .where('sequence', '>', sequence)
            .orderBy('sequence')
            .limit(Math.min(limit, MAX_ROWS)),
        );
        const numbers = unionOf(db, found);
        if (!numbers) return [];
        return db.selectFrom('writes').selectAll().where('number', 'in', numbers).execute();
      });
      return toChanges(rows)
        .toSorted((a, b) => a.sequence - b.sequence)
        .slice(0, limit);
    },
    /** The highest sequence; 0 when no outcome is stored. */
    async lastSequence(): Promise<number> {
      const row = await database.read((db) =>
        db.selectNoFrom(lastSequence.as('last')).executeTakeFirst(),
      );
      return row?.last ?? 0;
    },
    /** Whether an operation belongs to another write than `id`. */
    async isOperationTaken(operationId: string, id: string): Promise<boolean> {
      const row = await database.read((db) =>
        db
          .selectFrom('writes')
          .select('number')
          .where('operation_id', '=', operationId)
          .where('id', '<>', id)
          .limit(1)
          .executeTakeFirst(),
      );
      return row !== undefined;
    },
    /** The write that started an operation; null for operations that others started. */
    async idByOperation(operationId: string): Promise<string | null> {
      const row = await database.read((db) =>
        db
          .selectFrom('writes')
          .select('id')
          .where('operation_id', '=', operationId)
          .orderBy('number')
          .limit(1)
          .executeTakeFirst(),
      );
      return row?.id ?? null;
    },
  };
}

type Numbers = SelectQueryBuilder<Tables, 'writes', { number: number }>;

/** An empty list when the query cannot match anything. */
function pageQuery(db: Kysely<Tables>, query: AuditPageQuery, page: number) {
  const { filter, order, after } = query;
  const limit = Math.min(query.limit, MAX_ROWS);
  const [side, direction] = order === 'AT_ASC' ? (['>', 'asc'] as const) : (['<', 'desc'] as const);
  const found = alternatives(db, filter).map((numbers) =>
    (after === null ? numbers : numbers.where('number', side, after))
      .orderBy('number', direction)
      .limit(limit),
  );
  const numbers = limit > 0 ? unionOf(db, found) : null;
  if (!numbers) return [];
  const rows = db
    .selectFrom('writes')
    .selectAll()
    .select(sql.lit(page).as('page'))
    .where('number', 'in', numbers)
    .orderBy('number', direction)
    .limit(limit);
  return [db.selectFrom(rows.as('found')).selectAll()];
}

/** An empty list when the filter cannot match anything. */
function countQuery(db: Kysely<Tables>, filter: AuditFilter, page: number) {
  const [first, ...more] = alternatives(db, filter);
  if (!first) return [];
  // Not UNION ALL: a write may match both ids of a customer.
  const numbers = more.reduce((all, query) => all.union(query), first);
  return [
    db
      .selectFrom(numbers.as('found'))
      .select(({ fn }) => [sql.lit(page).as('page'), fn.countAll<number | string>().as('count')]),
  ];
}

/**
 * The numbers of the matching writes, as one query for each index: a condition with `or` on two
 * indexes would sort every write that matches either.
 */
function alternatives(db: Kysely<Tables>, filter: AuditFilter): readonly Numbers[] {
  const { viewer, mutations, outcomes, resellerId, customer, subscription, from, until } = filter;
  const { tenant } = filter;
  if (mutations?.length === 0 || outcomes?.length === 0) return [];
  let all: Numbers = db.selectFrom('writes').select('number');
  if (viewer !== undefined) all = all.where('viewer', '=', viewer);
  if (mutations) all = all.where('mutation', 'in', [...mutations]);
  if (outcomes) all = all.where('state', 'in', [...outcomes]);
  if (resellerId !== undefined) all = all.where('reseller_id', '=', resellerId);
  if (subscription) {
    all = all
      .where('reseller_customer_id', '=', subscription.customerId)
      .where('sku_id', '=', subscription.skuId);
  }
  if (tenant) all = all.where(isTenantsTarget(tenant));
  if (from) all = all.where('recorded_at', '>=', from.getTime());
  if (until) all = all.where('recorded_at', '<', until.getTime());
  if (!customer) return [all];
  const { billing, resellerCustomerId, domain } = customer;
  const ofBilling =
    billing &&
    all.where('reseller_id', '=', billing.resellerId).where('customer_id', '=', billing.customerId);
  const ofReseller =
    resellerCustomerId === null ? null : all.where('reseller_customer_id', '=', resellerCustomerId);
  const ofDomain =
    domain &&
    all
      .where('reseller_customer_id', '=', domain.toLowerCase())
      .where('mutation', '=', 'orderCustomer');
  return [ofBilling, ofReseller, ofDomain].filter((query) => query != null && query !== '');
}

/** As `Access.seesTarget`. */
function isTenantsTarget(tenant: Tenant): RawBuilder<boolean> {
  return sql`case when writes.reseller_id is not null
    then ${isOfTenant(tenant, 'writes.reseller_id')}
    else ${isTenantsCustomer(tenant, 'writes.reseller_customer_id')} end`;
}

/** Wraps each query, because the terms of a union cannot have a limit of their own. */
function unionOf(db: Kysely<Tables>, queries: readonly Numbers[]) {
  const [first, ...more] = queries.map((query, index) =>
    db.selectFrom(query.as(`part${index}`)).select('number'),
  );
  return first ? more.reduce((all, query) => all.unionAll(query), first) : null;
}
