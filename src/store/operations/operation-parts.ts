import { type Kysely, sql } from 'kysely';
import { operationKinds, operationStatuses } from '../../domain/operation.ts';
import type { Tables } from '../database/tables.ts';
import { matches, type OperationFilter, startedWithin } from './operation-conditions.ts';

/** The most parts of one page. Each is a subquery of the statement. */
const MAX_PARTS = 60;

/**
 * Up to this number, the operations of a period are read by their time and sorted. More are read from
 * the newest one on, as without a time: those of a period that has not ended fill a page at once.
 */
const FEW = 5_000;
const FEW_OF_PAST = 200_000;

/**
 * The filter as parts that exclude each other, each with one status, kind and reseller as far as it
 * names any: an index holds the operations of a part in the order of their numbers, while one condition
 * on all of them would sort every operation that matches. Null when the list needs no index, or has too
 * many parts.
 */
export function partsOf(filter: OperationFilter): readonly OperationFilter[] | null {
  const { statuses, kinds, customer, tenant } = filter;
  if (customer || !(statuses || kinds || tenant)) return null;
  // The indexes of a reseller and of a kind begin with the status, so they need every value of it.
  const isWithKind = Boolean(kinds || (tenant && statuses));
  const some = {
    resellers: tenant ? [...new Set(tenant.resellers)] : [undefined],
    statuses: statuses || isWithKind ? [...new Set(statuses ?? operationStatuses)] : [undefined],
    kinds: isWithKind ? [...new Set(kinds ?? operationKinds)] : [undefined],
  };
  const tenants = some.resellers.map((id) =>
    id === undefined ? {} : { tenant: { resellers: [id], ownsUnlinked: false } },
  );
  if (tenants.length > MAX_PARTS) return null;
  if (tenants.length * some.statuses.length * some.kinds.length > MAX_PARTS) {
    return tenants.map((own) => ({ ...filter, ...own }));
  }
  return tenants.flatMap((own) =>
    some.statuses.flatMap((status) =>
      some.kinds.map((kind) => ({
        ...{ ...filter, ...own },
        ...(status !== undefined && { statuses: [status] }),
        ...(kind !== undefined && { kinds: [kind] }),
      })),
    ),
  );
}

/**
 * The numbers of the newest operations of each part. It is one statement, so an operation whose status
 * changes during the read is not missed.
 */
export function numbersOf(
  db: Kysely<Tables>,
  parts: readonly OperationFilter[],
  before: number,
  limit: number,
) {
  const queries = parts.map((part, index) => {
    const own = db
      .selectFrom('operations')
      .select('number')
      .where('number', '<', before)
      .where(matches(part, 'operations'));
    return db
      .selectFrom(own.orderBy('number', 'desc').limit(limit).as(`part${index}`))
      .select('number');
  });
  return queries.reduce((all, query) => all.unionAll(query));
}

/** The numbers of all operations of a period; undefined when the filter has no time. */
export function numbersWithin(db: Kysely<Tables>, filter: OperationFilter) {
  const period = startedWithin(filter, 'operations');
  return period && db.selectFrom('operations').select('number').where(period);
}

/** Which of the filters are about a period in which few operations started. */
export async function findFew(
  db: Kysely<Tables>,
  filters: readonly OperationFilter[],
): Promise<ReadonlySet<OperationFilter>> {
  const fewOf = ({ until }: OperationFilter): number => (until ? FEW_OF_PAST : FEW);
  const counts = filters.flatMap((filter, page) => {
    const within = filter.customer ? undefined : numbersWithin(db, filter);
    if (!within) return [];
    const some = within.limit(fewOf(filter) + 1).as('some');
    return [
      db
        .selectFrom(some)
        .select(({ fn }) => [sql.lit(page).as('page'), fn.countAll<number | string>().as('count')]),
    ];
  });
  if (counts.length === 0) return new Set();
  const found = await counts.reduce((all, count) => all.unionAll(count)).execute();
  return new Set(
    found.flatMap(({ page, count }) => {
      const filter = filters[page];
      return filter && Number(count) <= fewOf(filter) ? [filter] : [];
    }),
  );
}
