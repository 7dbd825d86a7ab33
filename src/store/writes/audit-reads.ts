import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { Tenant } from '../../domain/tenant.ts';
import type { Database } from '../database/database.ts';
import { readPages } from '../database/pages.ts';
import type { Tables } from '../database/tables.ts';
import { isOfTenant, isTenantsCustomer } from '../links/tenant-conditions.ts';
import { MAX_ROWS } from '../operations/rows.ts';
import type { AuditFilter, AuditPageQuery, AuditStore } from './audit-store.ts';
import { lastSequence } from './write-columns.ts';
import { toChanges, toRecord } from './write-rows.ts';

type AuditReads = Pick<
  AuditStore,
  | 'pages'
  | 'counts'
  | 'byKey'
  | 'changesAfter'
  | 'lastSequence'
  | 'isOperationTaken'
  | 'idByOperation'
>;

export function auditReads(database: Database): AuditReads {
  return {
    async pages(queries) {
      const found = await readPages(database, queries, (db, some) =>
        some.flatMap((query, page) => pageQuery(db, query, page)),
      );
      return found.map((rows, index) => {
        const sign = queries[index]?.order === 'AT_ASC' ? 1 : -1;
        return rows.toSorted((a, b) => sign * (a.number - b.number)).map(toRecord);
      });
    },
    async counts(filters) {
      const found = await readPages(database, filters, (db, some) =>
        some.flatMap((filter, page) => countQuery(db, filter, page)),
      );
      return found.map(([row]) => Number(row?.count ?? 0));
    },
    async byKey(viewer, key) {
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
    async changesAfter(filter, sequence, limit) {
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
    async lastSequence() {
      const row = await database.read((db) =>
        db.selectNoFrom(lastSequence.as('last')).executeTakeFirst(),
      );
      return row?.last ?? 0;
    },
    async isOperationTaken(operationId, id) {
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
    async idByOperation(operationId) {
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
