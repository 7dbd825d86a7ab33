import { type Kysely, sql } from 'kysely';
import { bigrams } from './bigrams.ts';
import type { DatabaseKind } from './database.ts';

const tables = [
  ['portfolio_subscriptions', 'portfolio_subscription_search'],
  ['portfolio_customers', 'portfolio_customer_search'],
] as const;

/**
 * Adds what searches on PostgreSQL need: an index of pairs of letters, and a copy of each row's text in
 * the row. Copies are null until a sweep has filled them in, as there may be a million.
 */
export async function addPortfolioTexts(db: Kysely<unknown>, kind: DatabaseKind): Promise<void> {
  if (kind === 'sqlite') return;
  // A million texts take a minute or two. Instances that run can read meanwhile.
  await sql`set local statement_timeout = 0`.execute(db);
  for (const [, texts] of tables) {
    // Of 70 new entries a row, hundreds are for the same pairs: they are added together. Few wait, since
    // every search reads those.
    const index = `${texts}_bigrams`;
    await sql`create index ${sql.ref(index)} on ${sql.table(texts)}
      using gin (${bigrams}) with (fastupdate = on, gin_pending_list_limit = 256)`.execute(db);
    // To count the pairs takes ANALYZE two seconds.
    await sql`alter index ${sql.ref(index)} alter column 1 set statistics 0`.execute(db);
  }
  for (const [rows, texts] of tables) await addCopies(db, rows, texts);
}

/** An instance of an earlier version changes only the text: the trigger removes a copy that differs. */
async function addCopies(db: Kysely<unknown>, rows: string, texts: string): Promise<void> {
  await sql`alter table ${sql.table(rows)} add column search text collate "C"`.execute(db);
  await sql`create index ${sql.ref(`${rows}_without_search`)} on ${sql.table(rows)} (number)
    where search is null`.execute(db);
  const removal = sql.ref(`${texts}_changed`);
  await sql`create or replace function ${removal}() returns trigger language plpgsql as $body$ begin
    update ${sql.table(rows)} set search = null
      where number = new.rowid and search <> new.search;
    return null;
  end $body$`.execute(db);
  await sql`create trigger ${removal} after insert on ${sql.table(texts)}
    for each row execute function ${removal}()`.execute(db);
}
