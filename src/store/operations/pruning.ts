import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

export function pruning(database: Database) {
  return {
    /**
     * Deletes up to `limit` operations that are no longer polled and were first seen more than `ageMs`
     * ago, with their entries. Returns their number.
     */
    async prune(ageMs: number, limit: number): Promise<number> {
      const isOld = sql<number>`case when first_seen_at < ${database.now} - ${Math.ceil(ageMs)} then 1 else 0 end`;
      const rows = await database.read((db) =>
        db
          .selectFrom('operations')
          .select(['number', isOld.as('is_old')])
          .where('done', '=', 1)
          .orderBy('number')
          .limit(limit)
          .execute(),
      );
      const numbers = rows.filter((row) => row.is_old === 1).map((row) => row.number);
      if (numbers.length === 0) return 0;
      await database.commit((db) => [
        db.deleteFrom('operation_entries').where('operation_number', 'in', numbers).compile(),
        db.deleteFrom('operations').where('number', 'in', numbers).compile(),
      ]);
      return numbers.length;
    },
  };
}
