import type { Kysely } from 'kysely';
import type { PortfolioChange } from '../../domain/portfolio.ts';
import type { Database } from '../database/database.ts';
import { lastSequence, pruneOldest } from '../database/sequences.ts';
import type { Tables } from '../database/tables.ts';
import { isTenantsCustomer } from '../links/tenant-conditions.ts';
import { whereOf } from './conditions.ts';
import { targetOf } from './list.ts';
import type { ChangeQuery } from './queries.ts';
import { subscriptionRowId, toSubscription } from './rows.ts';

const MAX_LIMIT = 1001;

export function portfolioHistory(database: Database) {
  return {
    /** Changes in the order in which they were stored, oldest first or newest first. */
    async changes(
      query: ChangeQuery,
      page: {
        readonly after: number | null;
        readonly limit: number;
        readonly newestFirst: boolean;
      },
    ): Promise<readonly PortfolioChange[]> {
      const { after, limit, newestFirst } = page;
      const rows = await database.read((db) => {
        const all = selected(db, query, database.kind)
          .orderBy('sequence', newestFirst ? 'desc' : 'asc')
          .limit(Math.min(limit, MAX_LIMIT));
        if (after === null) return all.execute();
        return all.where('sequence', newestFirst ? '<' : '>', after).execute();
      });
      return rows.map(({ sequence, at, field, before, after: now, source, write_id, ...row }) => ({
        ...{ sequence, field, before, after: now, source, writeId: write_id },
        at: new Date(at),
        subscription: toSubscription(row),
      }));
    },
    lastChange: () => lastSequence(database, 'portfolio_changes'),
    /** Deletes up to `limit` changes that are older than `ageMs`. Returns their number. */
    pruneChanges: (ageMs: number, limit: number) =>
      pruneOldest(database, ['portfolio_changes', 'at'], ageMs, limit),
  };
}

/** Changes with their rows as they are now. Both the filter and the tenant decide by these rows. */
function selected(
  db: Kysely<Tables>,
  { filter, tenant, row, since }: ChangeQuery,
  kind: Database['kind'],
) {
  const all = db
    .selectFrom('portfolio_changes as h')
    .innerJoin('portfolio_subscriptions as s', 's.id', 'h.row_id')
    .selectAll('s')
    .select(['sequence', 'at', 'field', 'before', 'after', 'source', 'write_id'])
    .where(whereOf(filter, targetOf({ kind }, 's')));
  const recent = since ? all.where('sequence', '>=', firstSince(db, since)) : all;
  const own = row
    ? recent.where('row_id', '=', subscriptionRowId(row.customerId, row.skuId))
    : recent;
  return tenant ? own.where(isTenantsCustomer(tenant, 's.customer_id')) : own;
}

/** The first change since a time: changes are stored in the order of their times. */
function firstSince(db: Kysely<Tables>, since: Date) {
  return db
    .selectFrom('portfolio_changes')
    .select('sequence')
    .where('at', '>=', since.getTime())
    .orderBy('at')
    .orderBy('sequence')
    .limit(1);
}
