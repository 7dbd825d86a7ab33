import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { OperationJournal } from './journal.ts';
import { latestEntries, MAX_ROWS, toEntry } from './rows.ts';

/** A literal: the partial index of unfinished operations is not used for a parameter. */
const UNFINISHED = sql.lit(0);
const FREE = { lease_holder: null, lease_until: 0 } as const;

type Leases = Pick<OperationJournal, 'claim' | 'lease' | 'renew' | 'releaseAll'>;

/** Which instance polls which operation. All times are by the database's clock. */
export function leases(database: Database, instanceId: string): Leases {
  const until = (leaseMs: number) => sql<number>`${database.now} + ${Math.ceil(leaseMs)}`;
  const held = (leaseMs: number) =>
    ({ lease_holder: instanceId, lease_until: until(leaseMs) }) as const;

  return {
    async claim(limit, leaseMs) {
      const rows = await database.write(async (trx) => {
        const claimed = await trx
          .updateTable('operations')
          .set(held(leaseMs))
          .where('number', 'in', (query) =>
            query
              .selectFrom('operations')
              .select('number')
              .where('done', '=', UNFINISHED)
              .where('lease_until', '<=', database.now)
              .orderBy('lease_until')
              .limit(Math.min(limit, MAX_ROWS))
              // Instances that claim at the same time get different operations without waiting.
              .$if(database.kind === 'postgres', (rows) => rows.forUpdate().skipLocked()),
          )
          .returning('number')
          .execute();
        if (claimed.length === 0) return [];
        const numbers = claimed.map(({ number }) => number);
        return latestEntries(trx).where('o.number', 'in', numbers).orderBy('o.number').execute();
      });
      return rows.map(toEntry);
    },
    async lease(operationId, leaseMs) {
      const { numUpdatedRows } = await database.write((trx) =>
        trx
          .updateTable('operations')
          .set(held(leaseMs))
          .where('operation_id', '=', operationId)
          .where('done', '=', UNFINISHED)
          .where(({ eb, or }) =>
            or([eb('lease_holder', '=', instanceId), eb('lease_until', '<=', database.now)]),
          )
          .executeTakeFirstOrThrow(),
      );
      return numUpdatedRows > 0n;
    },
    async renew(leaseMs) {
      const rows = await database.write((trx) =>
        trx
          .updateTable('operations')
          .set({ lease_until: until(leaseMs) })
          .where('done', '=', UNFINISHED)
          .where('lease_until', '>', database.now)
          .where('lease_holder', '=', instanceId)
          .returning('operation_id')
          .execute(),
      );
      return rows.map(({ operation_id }) => operation_id);
    },

    async releaseAll() {
      await database.write((trx) =>
        trx
          .updateTable('operations')
          .set(FREE)
          .where('done', '=', UNFINISHED)
          .where('lease_until', '>', database.now)
          .where('lease_holder', '=', instanceId)
          .execute(),
      );
    },
  };
}
