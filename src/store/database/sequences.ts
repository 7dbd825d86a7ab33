import { sql } from 'kysely';
import type { AppendOnlyTable, Database } from './database.ts';

/** The highest sequence of a table; 0 when it has no rows. */
export async function lastSequence(database: Database, table: AppendOnlyTable): Promise<number> {
  const row = await database.read((db) =>
    db
      .selectFrom(table)
      .select(({ fn }) => fn.max('sequence').as('last'))
      .executeTakeFirst(),
  );
  return row?.last ?? 0;
}

/**
 * Deletes up to `limit` of the oldest rows that are older than `ageMs`, except the newest of all:
 * watchers without a cursor start after it.
 * @returns the number of deleted rows
 */
export async function pruneOldest(
  database: Database,
  [table, time]: ['notifications', 'received_at'] | ['portfolio_changes', 'at'],
  ageMs: number,
  limit: number,
): Promise<number> {
  const [deleted] = await database.commit((db) => [
    db
      .deleteFrom(table)
      .where('sequence', 'in', (eb) =>
        eb.selectFrom(table).select('sequence').orderBy('sequence').limit(limit),
      )
      .where(sql.ref(time), '<', sql<number>`${database.now} - ${Math.ceil(ageMs)}`)
      .where('sequence', '<', (eb) =>
        eb.selectFrom(table).select(({ fn }) => fn.max('sequence').as('last')),
      )
      .returning('sequence')
      .compile(),
  ]);
  return deleted.rows.length;
}
