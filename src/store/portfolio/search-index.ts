import { sql } from 'kysely';
import type { Database, StoreLog } from '../database/database.ts';

const tables = ['portfolio_subscription_search', 'portfolio_customer_search'] as const;

/**
 * Creates the trigram indexes of PostgreSQL, which need the extension pg_trgm. Without it, searches
 * scan the table. Writes nothing when the indexes exist.
 */
export async function prepareSearch(database: Database, log: StoreLog): Promise<void> {
  if (database.kind !== 'postgres') return;
  try {
    if (await isPrepared(database)) return;
    await database.write(async (trx) => {
      // Several instances may start at the same time.
      await database.lock(trx, ['portfolio search']);
      await sql`create extension if not exists pg_trgm`.execute(trx);
      const { rows } = await sql<{ schema: string }>`select nspname as schema from pg_opclass
        join pg_namespace on pg_namespace.oid = opcnamespace
        where opcname = 'gin_trgm_ops'`.execute(trx);
      const operators = sql.id(rows[0]?.schema ?? 'public', 'gin_trgm_ops');
      for (const table of tables) {
        // Without pending entries, which every search would scan, so that the planner avoids the index.
        await sql`create index if not exists ${sql.ref(`${table}_trigrams`)}
          on ${sql.table(table)} using gin (search ${operators}) with (fastupdate = off)`.execute(
          trx,
        );
      }
    });
  } catch (err) {
    const message =
      'pg_trgm cannot be used, so searches of the portfolio scan all rows; create the extension as a superuser';
    log.warn({ err }, message);
  }
}

async function isPrepared(database: Database): Promise<boolean> {
  const names = tables.map((table) => `${table}_trigrams`);
  const { rows } = await database.read((db) =>
    sql`select 1 from pg_indexes where schemaname = current_schema()
      and indexname in (${sql.join(names)})`.execute(db),
  );
  return rows.length === names.length;
}

/** Tells the planner of PostgreSQL how the rows are distributed; SQLite plans well without. */
export async function refreshStatistics(database: Database): Promise<void> {
  if (database.kind !== 'postgres') return;
  // One by one, because a statement may take only some seconds.
  for (const name of ['portfolio_subscriptions', 'portfolio_customers', ...tables]) {
    await database.write((trx) => sql`analyze ${sql.table(name)}`.execute(trx));
  }
}
